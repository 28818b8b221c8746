/** The browser host as a process of its own, which a test can kill: `tsx program.ts DATA RENDERER ROUNDS FIT`. */
import { startHost } from '../../src-main/host/host.js'

const [dataFolder, rendererDir, rounds, fitSteps] = process.argv.slice(2) as [string, string, string, string]
const host = await startHost({
  port: 0,
  dataFolder,
  rendererDir,
  workerEntry: new URL('../../src-main/workers/entry.ts', import.meta.url),
  version: '0.0.0-test',
  effort: { rounds: Number(rounds), fitSteps: Number(fitSteps) },
})
process.stdout.write(`${host.url}\n`)
process.on('SIGTERM', () => {
  void host.close().then(() => process.exit(0))
})
