/** Owner of all jobs: runs one after the other, remembers them on disk, and tells the window what happens. */
import { randomUUID } from 'node:crypto'
import { errorData, FixativeError } from '../../core/errors.js'
import type { Emit, Job } from '../../../src-shared/contract/index.js'
import type { JobEvent, JobResult } from '../../core/job-events.js'
import type { QueueJournal } from './queue-file.js'
import { LineUp } from './line-up.js'
import { applied, check, elapsed, ended, newJob, started, stopped } from './machine.js'

export interface RunControl {
  /** Aborted to pause, to cancel and when the app closes; the run then rejects within two seconds. */
  readonly signal: AbortSignal
  readonly onEvent: (event: JobEvent) => void
}

export interface JobManagerOptions {
  readonly journal: QueueJournal
  /** Runs a job from where its folder says it stopped. */
  readonly run: (job: Job, control: RunControl) => Promise<JobResult>
  /** Removes everything that an unfinished job has written: its private folder and its output. */
  readonly discard: (job: Job) => Promise<void>
  /** Removes the private folder of an ended job; what it wrote for the user stays. */
  readonly forget: (job: Job) => Promise<void>
  /** Called once for each job that is done, before the window hears of it; a failure is only a warning. */
  readonly onDone?: (job: Job) => Promise<void>
  readonly emit: Emit
  /** Milliseconds, monotonic. */
  readonly clock?: () => number
}

type Intent = 'pause' | 'cancel' | 'close'

interface Running {
  readonly id: string
  readonly controller: AbortController
  intent: Intent | null
  /** When the clock of the job was last brought up to date. */
  since: number
  /** Settles when the job has left the state `running`. */
  ended: Promise<void>
}

const closing = (what: string): FixativeError =>
  new FixativeError('closing', `Fixative is closing, so ${what} can be started.`)

export class JobManager {
  readonly #jobs: LineUp
  readonly #options: JobManagerOptions
  readonly #clock: () => number
  #running: Running | null = null
  /** Something else has the machine. */
  #alone = false
  #closed = false

  private constructor(options: JobManagerOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
    this.#jobs = new LineUp((job) => options.emit('jobs.changed', this.#current(job)), this.#clock)
  }

  /** Loads the journal; a job that was running when the app ended goes on, before all others. */
  static async open(options: JobManagerOptions): Promise<JobManager> {
    const manager = new JobManager(options)
    const stored = await options.journal.load()
    const interrupted = stored.filter(({ job }) => job.state === 'running')
    const rest = stored.filter(({ job }) => job.state !== 'running' && job.state !== 'cancelled')
    for (const { job } of [...interrupted, ...rest]) {
      const left = job.state === 'running' ? stopped(job, 'queued') : { ...job, stopping: false }
      manager.#jobs.add(left)
    }
    for (const { job } of stored.filter(({ job }) => job.state === 'cancelled')) await options.journal.remove(job.id)
    manager.#jobs.number()
    return manager
  }

  /** Starts working through the queue. Apart from `open`, so that a window can be there to see it. */
  start(): void {
    this.#next()
  }

  /** In queue order; ended jobs are among the others, in the order in which they were made. */
  list(): Job[] {
    return this.#jobs.all().map(({ job }) => this.#current(job))
  }

  /** @throws FixativeError `job-unknown` */
  get(id: string): Job {
    return this.#current(this.#jobs.get(id).job)
  }

  /** Whether a job runs, or what runs alone. */
  get busy(): boolean {
    return this.#running !== null || this.#alone
  }

  /**
   * Does other heavy work while no job runs; jobs wait until it has ended.
   * @throws FixativeError at once: `busy`, `closing`
   */
  alone(work: () => Promise<void>): Promise<void> {
    if (this.#closed) throw closing('no stress test')
    if (this.busy) {
      const message = this.#running
        ? `"${this.get(this.#running.id).name}" is being protected.`
        : 'A stress test is running.'
      throw new FixativeError('busy', message, 'Only one can work at a time: wait for it to end, or stop it.')
    }
    this.#alone = true
    return work().finally(() => {
      this.#alone = false
      this.#next()
    })
  }

  /** Queues a new job and starts it if nothing else runs. */
  async add(given: Pick<Job, 'name' | 'folder' | 'output' | 'settings'>): Promise<Job> {
    if (this.#closed) throw closing('no job')
    const job = newJob({ ...given, id: randomUUID(), createdAt: new Date().toISOString() })
    this.#jobs.add(job)
    this.#jobs.number()
    await this.#save(job.id)
    this.#next()
    return this.get(job.id)
  }

  async pause(id: string): Promise<Job> {
    check(this.#jobs.get(id).job, 'pause')
    if (this.#running?.id === id) await this.#stop(this.#running, 'pause')
    else await this.#update(id, (job) => stopped(job, 'paused'))
    return this.get(id)
  }

  /** A paused job goes to the head of the queue. */
  async resume(id: string): Promise<Job> {
    return this.#requeue(id, 'resume', 'first')
  }

  /** A failed job is queued again and continues from its last finished stage. */
  async retry(id: string): Promise<Job> {
    return this.#requeue(id, 'retry', 'last')
  }

  async cancel(id: string): Promise<Job> {
    check(this.#jobs.get(id).job, 'cancel')
    if (this.#running?.id === id) await this.#stop(this.#running, 'cancel')
    else await this.#cancelled(id)
    return this.get(id)
  }

  async remove(id: string): Promise<void> {
    const entry = this.#jobs.get(id)
    check(entry.job, 'remove')
    await this.#options.forget(entry.job)
    this.#jobs.remove(id)
    await this.#options.journal.remove(id)
    this.#options.emit('jobs.removed', { id })
  }

  /** Stops the running job where it is; the next start of the app goes on with it. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#running) await this.#stop(this.#running, 'close')
    for (const { news } of this.#jobs.all()) news.stop()
  }

  async #requeue(id: string, action: 'resume' | 'retry', to: 'first' | 'last'): Promise<Job> {
    const entry = this.#jobs.get(id)
    check(entry.job, action)
    this.#jobs.move(entry, to)
    await this.#update(id, (job) => ({ ...stopped(job, 'queued'), error: null, finishedAt: null }))
    this.#next()
    return this.get(id)
  }

  #next(): void {
    if (this.busy || this.#closed) return
    const next = this.#jobs.next()
    if (!next) return
    const running: Running = {
      id: next.id,
      controller: new AbortController(),
      intent: null,
      since: this.#clock(),
      ended: Promise.resolve(),
    }
    this.#running = running
    running.ended = this.#run(running).finally(() => {
      this.#running = null
      this.#next()
    })
  }

  async #run(running: Running): Promise<void> {
    const { id, controller } = running
    try {
      await this.#update(id, started)
      controller.signal.throwIfAborted()
      const result = await this.#options.run(this.#jobs.get(id).job, {
        signal: controller.signal,
        onEvent: (event) => this.#onEvent(running, event),
      })
      // The result is there: a stop that was asked for in the last moment comes too late.
      this.#tick(running)
      await this.#finished(id, result)
    } catch (error) {
      this.#tick(running)
      if (running.intent === 'cancel') await this.#cancelled(id)
      else if (running.intent !== null) {
        const state = running.intent === 'pause' ? 'paused' : 'queued'
        await this.#update(id, (job) => stopped(job, state))
      } else {
        const outcome = { state: 'failed' as const, error: errorData(error) }
        await this.#update(id, (job) => ended(job, outcome, new Date().toISOString()))
      }
    }
  }

  async #finished(id: string, result: JobResult): Promise<void> {
    const done = (job: Job): Job => ended(job, { state: 'done', result }, new Date().toISOString())
    await this.#options.onDone?.(done(this.#jobs.get(id).job)).catch((error: unknown) => {
      const { message, hint } = errorData(error)
      const entry = this.#jobs.get(id)
      entry.job = applied(entry.job, { type: 'warning', code: 'history-failed', message, hint })
    })
    await this.#update(id, done)
  }

  #onEvent(running: Running, event: JobEvent): void {
    // Work in flight may still report after the stop was asked for.
    if (this.#running !== running || running.intent !== null) return
    this.#tick(running)
    const entry = this.#jobs.get(running.id)
    entry.job = applied(entry.job, event)
    if (event.type === 'stage' || event.type === 'warning' || event.type === 'device') {
      void this.#save(running.id).catch(() => undefined)
      entry.news.now()
    } else entry.news.soon()
  }

  async #stop(running: Running, intent: Intent): Promise<void> {
    // A cancellation outranks a pause that is under way; closing the app changes neither.
    if (running.intent === null || intent === 'cancel') running.intent = intent
    const entry = this.#jobs.get(running.id)
    entry.job = { ...entry.job, stopping: true }
    entry.news.now()
    running.controller.abort(new FixativeError('stopped', 'The job was stopped.'))
    await running.ended
  }

  async #cancelled(id: string): Promise<void> {
    const entry = this.#jobs.get(id)
    entry.job = { ...entry.job, stopping: true }
    try {
      await this.#options.discard(entry.job)
      await this.#update(id, (job) => ended(job, { state: 'cancelled' }, new Date().toISOString()))
    } catch (error) {
      const outcome = { state: 'failed' as const, error: errorData(error) }
      await this.#update(id, (job) => ended(job, outcome, new Date().toISOString()))
    }
  }

  /** The only way a job changes state: in memory, on disk, and to the window. */
  async #update(id: string, change: (job: Job) => Job): Promise<void> {
    const entry = this.#jobs.get(id)
    entry.job = change(entry.job)
    this.#jobs.number()
    entry.news.now()
    await this.#save(id).catch((error: unknown) => {
      // The job itself is sound; only a restart would not find it as it is.
      const { message } = errorData(error)
      const hint = 'Check that the data folder can be written and has space left.'
      entry.job = applied(entry.job, { type: 'warning', code: 'journal-failed', message, hint })
      entry.news.now()
    })
  }

  #save(id: string): Promise<void> {
    const { job, order } = this.#jobs.get(id)
    return this.#options.journal.save({ job, order })
  }

  #tick(running: Running): void {
    const now = this.#clock()
    const entry = this.#jobs.get(running.id)
    entry.job = elapsed(entry.job, (now - running.since) / 1000)
    running.since = now
  }

  /** The snapshot with its clock brought up to now. */
  #current(job: Job): Job {
    if (this.#running?.id !== job.id || job.state !== 'running') return job
    return elapsed(job, (this.#clock() - this.#running.since) / 1000)
  }
}
