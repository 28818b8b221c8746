/** Jobs, and the queue of them. */
import { z } from 'zod'
import { settingsSchema } from '../../src-main/core/settings.js'
import { STAGES } from '../../src-main/core/job-events.js'
import { VERDICTS } from '../../src-main/core/verdict.js'
import { count, id, nothing, path, problem, notice } from './pieces.js'

export const JOB_STATES = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const

/** Everything a window needs to show one job; sent whole with every change, at most five times a second. */
export const jobSchema = z.strictObject({
  id,
  name: z.string(),
  folder: z.string(),
  output: z.string(),
  settings: settingsSchema,
  state: z.enum(JOB_STATES),
  /** True between a request to pause or cancel and the moment the work has stopped. */
  stopping: z.boolean(),
  /** Place in the queue, 0 = next; null when not queued. */
  position: count.nullable(),
  /** All stages of this job in their order. `done`/`total` count `unit`s ("picture", "round", "draw"). */
  stages: z.array(
    z.strictObject({
      stage: z.enum(STAGES),
      state: z.enum(['waiting', 'running', 'done']),
      done: z.number(),
      total: z.number(),
      unit: z.string(),
      seconds: z.number(),
    }),
  ),
  /** Of the current stage; null: not known yet. */
  etaSeconds: z.number().nullable(),
  /** Running time without pauses. */
  elapsedSeconds: z.number(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  warnings: z.array(notice),
  /** The graphics card that computes; null: the processor. */
  device: z.string().nullable().default(null),
  /** The first 500 files left out; `skippedCount` has them all. */
  skipped: z.array(problem),
  skippedCount: count,
  /** When done. */
  result: z
    .strictObject({
      jobId: z.string(),
      output: z.string(),
      certificate: z.string(),
      report: z.string(),
      images: count,
      skipped: count,
      headline: z.string(),
      verdict: z.enum(VERDICTS).nullable(),
      explanation: z.string(),
      seconds: z.number(),
    })
    .nullable(),
  /** When failed. */
  error: notice.nullable(),
})
export type Job = z.infer<typeof jobSchema>
export type JobState = Job['state']

const job = z.strictObject({ id })

export const jobsRequests = {
  /** Queues a job; it starts when the ones before it have ended. `output` null: what the collection says. */
  'jobs.start': z.strictObject({
    collectionId: id,
    output: path.nullable().default(null),
    settings: settingsSchema,
  }),
  'jobs.list': nothing,
  'jobs.get': job,
  /** Stops after the piece of work in hand. A queued job is held back. */
  'jobs.pause': job,
  'jobs.resume': job,
  /** Stops within two seconds and removes everything the job has written. */
  'jobs.cancel': job,
  /** Continues a failed job from its last finished stage. */
  'jobs.retry': job,
  /** Forgets an ended job and its secrets (thumbnails, noise, surrogates). Written pictures stay. */
  'jobs.remove': job,
}

export interface JobsOutputs {
  'jobs.start': Job
  'jobs.list': Job[]
  'jobs.get': Job
  'jobs.pause': Job
  'jobs.resume': Job
  'jobs.cancel': Job
  'jobs.retry': Job
  'jobs.remove': null
}

export const jobsEvents = {
  /** A job was added or is different now. */
  'jobs.changed': jobSchema,
  'jobs.removed': z.strictObject({ id }),
}
