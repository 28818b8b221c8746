/** A running job: what all its stages share. */
import { sep } from 'node:path'
import { FixativeError } from '../core/errors.js'
import type { Pool } from '../workers/pool.js'
import type { TaskInput, TaskName, TaskOutput } from '../workers/tasks.js'
import type { Compute, Device } from './compute.js'
import { type JobEvent, type Stage, type Progress, STAGE_TITLES } from '../core/job-events.js'
import type { Journal, JobRecord } from './journal.js'
import type { KeyStore } from '../keys/key-store.js'
import { timeLeft } from './work.js'
import type { JobFolder, Storage } from '../storage/folders.js'

/** What a job needs from whoever runs it. */
export interface JobContext {
  readonly pool: Pool
  /** What computes the surrogates; default: the processes of the pool. */
  readonly device?: Device
  readonly keys: KeyStore
  readonly storage: Storage
  /** Version of Fixative, for the certificate. */
  readonly version: string
  readonly onEvent: (event: JobEvent) => void
  /** Told the name of the job as soon as it has one, before anything is written outside its private folder. */
  readonly onJob?: (jobId: string) => void
  /** Aborted to pause or cancel: the job rejects with the signal's reason, and can be resumed. */
  readonly signal?: AbortSignal
  /** Name that the certificate gives for the signer; default: the one kept with the key. */
  readonly issuer?: string
  readonly now?: () => Date
  /** Shorter learning and training than the method's own, for tests. */
  readonly effort?: Effort
}

export interface Effort {
  /** Rounds of learning the noise, and those before it in which only the surrogate learns. */
  readonly rounds: number
  readonly warmUp: number
  /** Training steps of a surrogate. */
  readonly fitSteps: number
  /** Training steps of a round; default: the method's own. */
  readonly roundSteps?: number
  /** Pictures of a training step; default: the method's own. */
  readonly batchSize?: number
}

export interface Job {
  readonly record: JobRecord
  readonly folder: JobFolder
  readonly journal: Journal
  readonly context: JobContext
  readonly signal: AbortSignal
  readonly compute: Compute
  run<N extends TaskName>(task: N, input: TaskInput<N>): Promise<TaskOutput<N>>
  /** The same, after everything else that waits for a worker. */
  runLater<N extends TaskName>(task: N, input: TaskInput<N>): Promise<TaskOutput<N>>
  /** @throws FixativeError `input-gone`, `input-unreadable`: a picture is missing because its whole folder is. */
  requireInput(): Promise<void>
  /** @throws FixativeError `output-gone`: before the job has written there, its disk was removed. */
  requirePlace(): Promise<void>
  /** Ends all work of the job. */
  abort(reason: unknown): void
  warn(code: string, message: string, hint: string): void
}

/**
 * Does a stage: tells that it begins, how far it is, and journals its end. What `work` has stored itself makes a stage
 * that is already finished quick.
 */
export async function runStage<T>(
  job: Job,
  stage: Stage,
  work: (progress: (unit: string) => Progress) => Promise<T>,
): Promise<T> {
  job.signal.throwIfAborted()
  job.context.onEvent({ type: 'stage', stage, title: STAGE_TITLES[stage] })
  const started = performance.now()
  const result = await work((unit) => {
    const left = timeLeft()
    return (done, total) => {
      job.context.onEvent({ type: 'progress', stage, done, total, unit, etaSeconds: left(done, total) })
    }
  })
  if (!job.journal.progress.stages.has(stage)) {
    await job.journal.append({ kind: 'stage', stage, seconds: (performance.now() - started) / 1000 })
  }
  return result
}

/** Does `work` for each item, at most `limit` at a time, and stops at the first error. */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failed = false
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: limit }, lane))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Waits for both; when one fails, the other is ended too. */
export async function both<A, B>(job: Job, first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const ending = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      job.abort(error)
      throw error
    })
  const work = [ending(first), ending(second)] as const
  await Promise.allSettled(work)
  return Promise.all(work)
}

/**
 * Why a file was left out, fit to be published: names relative to the collection only, because a certificate must not
 * tell where on somebody's disk it was made.
 */
export function publicReason(error: unknown, { input, output }: JobRecord): string {
  const text = error instanceof FixativeError ? error.message : 'Fixative failed on this file.'
  return [input, output].reduce((reason, root) => reason.replaceAll(`${root}${sep}`, '').replaceAll(root, ''), text)
}
