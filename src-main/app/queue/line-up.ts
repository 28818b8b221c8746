/** The jobs that the app remembers, and the order in which they are to run. */
import type { Job } from '../../../src-shared/contract/index.js'
import { FixativeError } from '../../core/errors.js'
import { Throttle } from './throttle.js'

export interface Entry {
  job: Job
  /** Smaller is earlier. */
  order: number
  /** Tells the window of the job as it is. */
  readonly news: Throttle
}

/** At most five snapshots a second and job. */
const TELL_EVERY_MS = 200

export class LineUp {
  readonly #entries = new Map<string, Entry>()

  /**
   * @param tell is given a job of which the window should hear
   * @param clock milliseconds, monotonic
   */
  constructor(
    readonly tell: (job: Job) => void,
    readonly clock: () => number,
  ) {}

  /** In their order; ended jobs are among the others. */
  all(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order)
  }

  /** @throws FixativeError `job-unknown` */
  get(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry) return entry
    throw new FixativeError(
      'job-unknown',
      'This job is no longer there.',
      'It may have been removed in another window.',
    )
  }

  /** Puts a job behind all others. */
  add(job: Job): void {
    const entry: Entry = {
      job,
      order: Math.max(0, this.#last()) + 1,
      news: new Throttle(() => this.tell(entry.job), TELL_EVERY_MS, this.clock),
    }
    this.#entries.set(job.id, entry)
  }

  remove(id: string): void {
    this.#entries.get(id)?.news.stop()
    this.#entries.delete(id)
  }

  /** Puts a job before all others, or behind them. */
  move(entry: Entry, to: 'first' | 'last'): void {
    entry.order = to === 'first' ? Math.min(...this.#orders()) - 1 : this.#last() + 1
  }

  /** The job whose turn it is. */
  next(): Job | undefined {
    return this.#queued().find(({ job }) => !job.stopping)?.job
  }

  /** Numbers the queued jobs, and tells of those whose place has changed. */
  number(): void {
    const queued = this.#queued()
    for (const entry of this.#entries.values()) {
      const at = queued.indexOf(entry)
      const position = at < 0 ? null : at
      if (entry.job.position === position) continue
      entry.job = { ...entry.job, position }
      entry.news.soon()
    }
  }

  #queued(): Entry[] {
    return this.all().filter(({ job }) => job.state === 'queued')
  }

  #orders(): number[] {
    return [...this.#entries.values()].map(({ order }) => order)
  }

  #last(): number {
    return Math.max(...this.#orders())
  }
}
