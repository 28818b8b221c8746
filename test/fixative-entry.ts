/** The command line, with so little learning and training that a job takes a second. */
import { main } from '../src-main/cli/program.js'

const workerEntry = new URL('../src-main/workers/entry.ts', import.meta.url)
const effort = { rounds: Number(process.env['TEST_ROUNDS'] ?? 1), fitSteps: 4 }
process.exitCode = await main(process.argv.slice(2), { workerEntry, effort })
