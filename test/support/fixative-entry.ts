/** The command line, with so little learning and training that a job takes a second. */
import { existsSync } from 'node:fs'
import { main } from '../../src-main/cli/program.js'

const workerEntry = new URL('./worker.js', import.meta.url)
const { TEST_ROUNDS: rounds = 1, TEST_ROUND_STEPS: steps = 2, TEST_HALT_AT: text, TEST_HALT_UNTIL: file } = process.env
const effort = { rounds: Number(rounds), warmUp: 0, fitSteps: 4, roundSteps: Number(steps) }
if (text !== undefined && file !== undefined) haltAt(text, file)
process.exitCode = await main(process.argv.slice(2), { workerEntry, effort })

/** Once an event with this text has been told, nothing goes on until the file is there: time for a fault to strike. */
function haltAt(text: string, file: string): void {
  const write: (chunk: string) => boolean = process.stdout.write.bind(process.stdout)
  const sleep = new Int32Array(new SharedArrayBuffer(4))
  process.stdout.write = (chunk: unknown) => {
    const written = write(chunk as string)
    if (String(chunk).includes(text)) while (!existsSync(file)) Atomics.wait(sleep, 0, 0, 20)
    return written
  }
}
