/**
 * The browser host as a process of its own, which a test can kill:
 * `node host.js DATA RENDERER WORKER ROUNDS FIT [STAGE]`. With a stage, it dies at the moment at which a job enters
 * it, without any chance to tidy up. Prints its address, and when it is asked to end how late its event loop was, in
 * milliseconds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { startHost } from '../../src-main/host/host.js'
import { dieInStage } from '../support/die-in-stage.js'
import packageJson from '../../package.json' with { type: 'json' }

type Arguments = [data: string, renderer: string, worker: string, rounds: string, fit: string, stage?: string]
const [dataFolder, rendererDir, worker, rounds, fitSteps, deadly] = process.argv.slice(2) as Arguments

const host = await startHost({
  port: 0,
  dataFolder,
  rendererDir,
  workerEntry: pathToFileURL(worker),
  version: packageJson.version,
  effort: { rounds: Number(rounds), warmUp: 0, fitSteps: Number(fitSteps) },
  observe: dieInStage(deadly),
})
process.stdout.write(`${host.url}\n`)
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('SIGTERM', () => {
  const [p99, max] = [delay.percentile(99) / 1e6, delay.max / 1e6]
  process.stdout.write(`${JSON.stringify({ p99, max })}\n`)
  void host.close().then(() => process.exit(0))
})
