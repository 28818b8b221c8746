/**
 * The browser host as a process of its own, which a test can kill: `tsx program.ts DATA RENDERER ROUNDS FIT`.
 * Prints its address, and when it is asked to end how late its event loop was, in milliseconds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
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
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('SIGTERM', () => {
  const [p99, max] = [delay.percentile(99) / 1e6, delay.max / 1e6]
  process.stdout.write(`${JSON.stringify({ p99, max })}\n`)
  void host.close().then(() => process.exit(0))
})
