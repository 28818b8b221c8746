/** The stress test of the window: one at a time, and never beside a job. */
import { availableParallelism } from 'node:os'
import type { StressTest } from '../../src-shared/contract/index.js'
import { errorData, FixativeError, type FixativeErrorData } from '../core/errors.js'
import { timeLeft } from '../jobs/work.js'
import { writeStressReport } from '../jobs/stress/report.js'
import { openStress, stateOf, stress, STRESS_STEPS } from '../jobs/stress/stress.js'
import { createPool } from '../workers/pool.js'
import { STOP_GRACE, lowPriorityWorkers } from './low-priority-workers.js'
import type { Devices } from './devices.js'
import type { JobManager } from './queue/manager.js'
import type { AppServices } from './services.js'
import type { Storage } from '../storage/folders.js'
import { certificatePath } from './verification.js'

interface StressParts {
  readonly services: AppServices
  readonly storage: Storage
  readonly jobs: JobManager
  readonly devices: Devices
}

export class StressTests {
  readonly #steps: number
  /** The one that runs, or ran last. */
  #latest: StressTest | null = null
  #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()

  constructor(private readonly parts: StressParts) {
    this.#steps = parts.services.effort?.fitSteps ?? STRESS_STEPS
  }

  /** What is known of the test of a protected folder or certificate; `error` says why it cannot be made. */
  async get(path: string): Promise<StressTest> {
    const certificate = await certificatePath(path)
    const latest = this.#latest
    return latest?.certificate === certificate && (latest.running || latest.error) ? latest : this.#stored(certificate)
  }

  /**
   * Begins a test, or goes on with it, and answers as soon as nobody can remove the job's private folder any more.
   * @throws FixativeError `busy` beside a job or another test; as `openStress`.
   */
  async start(path: string): Promise<StressTest> {
    const certificate = await certificatePath(path)
    const test = await openStress(certificate, { steps: this.#steps }, this.parts.storage)
    const stop = new AbortController()
    let begin!: () => void
    const working = new Promise<void>((resolve) => (begin = resolve))
    const work = this.parts.jobs.alone(() => this.#run(certificate, stop.signal, begin))
    this.#stop = stop
    const begun: StressTest = { ...this.#idle(certificate), ...stateOf(test), running: true }
    this.#tell(begun)
    this.#ended = work.then(
      () => this.#end(certificate, null),
      (error: unknown) => this.#end(certificate, stop.signal.aborted ? null : errorData(error)),
    )
    await Promise.race([working, this.#ended])
    return begun
  }

  /** Stops the test; finished rows are kept. */
  async cancel(): Promise<void> {
    if (!this.#latest?.running) return
    this.#tell({ ...this.#latest, stopping: true })
    this.#stop.abort(new FixativeError('stopped', 'The stress test was stopped.'))
    await this.#ended
  }

  /** @param begin is called once the folder is locked, which is before the first progress */
  async #run(certificate: string, signal: AbortSignal, begin: () => void): Promise<void> {
    const { services, storage, devices } = this.parts
    await devices.interrupt()
    const size = services.settings.get().job.workers ?? availableParallelism()
    const pool = createPool({ transport: lowPriorityWorkers(services.workers), abortGrace: STOP_GRACE, size })
    const left = timeLeft()
    try {
      const options = { steps: this.#steps }
      await stress(certificate, options, {
        pool,
        storage,
        signal,
        progress: (state) => {
          begin()
          // Work in flight may still report after the stop was asked for.
          if (signal.aborted) return
          const etaSeconds = left(state.done, state.total)
          this.#tell({ ...this.#idle(certificate), ...state, running: true, etaSeconds })
        },
      })
      await writeStressReport(certificate, this.#steps, { pool, storage })
    } finally {
      await pool.close()
    }
  }

  async #end(certificate: string, error: FixativeErrorData | null): Promise<void> {
    const stored = await this.#stored(certificate)
    this.#tell({ ...stored, error: error ?? stored.error })
  }

  async #stored(certificate: string): Promise<StressTest> {
    try {
      const test = await openStress(certificate, { steps: this.#steps }, this.parts.storage)
      return { ...this.#idle(certificate), ...stateOf(test) }
    } catch (error) {
      return { ...this.#idle(certificate), error: errorData(error) }
    }
  }

  #idle(certificate: string): StressTest {
    return {
      certificate,
      steps: this.#steps,
      running: false,
      stopping: false,
      done: 0,
      total: 0,
      etaSeconds: null,
      results: [],
      error: null,
    }
  }

  #tell(test: StressTest): void {
    this.#latest = test
    this.parts.services.emit('stress.changed', test)
  }
}
