/**
 * The life of a job, as pure functions on its snapshot:
 *
 *     queued ──start──→ running ──result──→ done
 *       ↑  ↘pause        │  ↘error──→ failed ──retry──→ queued
 *     resume ↖ paused ←pause
 *     queued, running, paused ──cancel──→ cancelled
 */
import type { FixativeErrorData } from '../../core/errors.js'
import { FixativeError } from '../../core/errors.js'
import type { Job, JobState } from '../../../src-shared/contract/index.js'
import { STAGES, type JobEvent, type JobResult } from '../../core/job-events.js'

export const SKIPPED_SHOWN = 500
const WARNINGS_SHOWN = 200

export type JobAction = 'start' | 'pause' | 'resume' | 'cancel' | 'retry' | 'remove'

/** From which states an action makes sense. */
const ALLOWED: Readonly<Record<JobAction, readonly JobState[]>> = {
  start: ['queued'],
  pause: ['queued', 'running'],
  resume: ['paused'],
  cancel: ['queued', 'running', 'paused', 'failed'],
  retry: ['failed'],
  remove: ['done', 'failed', 'cancelled'],
}

/** @throws FixativeError `wrong-state` when the job cannot do that now */
export function check(job: Job, action: JobAction): void {
  if (ALLOWED[action].includes(job.state)) return
  throw new FixativeError(
    'wrong-state',
    `The job "${job.name}" is ${job.state}, so it cannot ${action}.`,
    'Nothing was changed.',
  )
}

/** A new job, queued; all stages are waiting. */
export function newJob(given: Pick<Job, 'id' | 'name' | 'folder' | 'output' | 'settings' | 'createdAt'>): Job {
  return {
    ...given,
    state: 'queued',
    stopping: false,
    position: 0,
    stages: STAGES.filter((stage) => stage !== 'certify' || given.settings.certify).map((stage) => ({
      stage,
      state: 'waiting',
      done: 0,
      total: 0,
      unit: '',
      seconds: 0,
    })),
    etaSeconds: null,
    elapsedSeconds: 0,
    finishedAt: null,
    warnings: [],
    skipped: [],
    skippedCount: 0,
    device: null,
    result: null,
    error: null,
  }
}

/** The job at the moment it starts running, again or for the first time: what the earlier run reported is dropped. */
export function started(job: Job): Job {
  return {
    ...job,
    state: 'running',
    stopping: false,
    error: null,
    device: null,
    warnings: [],
    skipped: [],
    skippedCount: 0,
  }
}

/** The job stopped before its end, waiting to go on. */
export function stopped(job: Job, state: 'queued' | 'paused'): Job {
  return { ...job, state, stopping: false, etaSeconds: null }
}

/** The job after its last moment; the stage in hand does not become done unless the job is. */
export function ended(
  job: Job,
  outcome:
    { state: 'done'; result: JobResult } | { state: 'failed'; error: FixativeErrorData } | { state: 'cancelled' },
  finishedAt: string,
): Job {
  const done = outcome.state === 'done'
  return {
    ...job,
    state: outcome.state,
    stopping: false,
    position: null,
    etaSeconds: null,
    finishedAt,
    stages: done ? job.stages.map((s) => ({ ...s, state: 'done' as const, done: s.total })) : job.stages,
    result: outcome.state === 'done' ? outcome.result : null,
    error: outcome.state === 'failed' ? outcome.error : null,
  }
}

/** The snapshot after one event of the running pipeline. */
export function applied(job: Job, event: JobEvent): Job {
  switch (event.type) {
    case 'stage': {
      const at = job.stages.findIndex((s) => s.stage === event.stage)
      return {
        ...job,
        etaSeconds: null,
        stages: job.stages.map((s, index) =>
          index < at ? { ...s, state: 'done' } : index === at ? { ...s, state: 'running' } : s,
        ),
      }
    }
    case 'progress':
      return {
        ...job,
        etaSeconds: event.etaSeconds,
        stages: job.stages.map((s) =>
          s.stage === event.stage ? { ...s, done: event.done, total: event.total, unit: event.unit } : s,
        ),
      }
    case 'device':
      return { ...job, device: event.engine === 'cpu' ? null : event.name }
    case 'warning': {
      const { code, message, hint } = event
      return job.warnings.length < WARNINGS_SHOWN
        ? { ...job, warnings: [...job.warnings, { code, message, hint }] }
        : job
    }
    case 'skipped': {
      const { path, reason } = event
      const shown = job.skipped.length < SKIPPED_SHOWN ? [...job.skipped, { path, reason }] : job.skipped
      return { ...job, skipped: shown, skippedCount: job.skippedCount + 1 }
    }
    case 'result':
    case 'error':
      // The run's own promise says how it ended; acting on the event as well would end the job twice.
      return job
  }
}

/** The snapshot with `seconds` more on its clock, booked on the running stage. */
export function elapsed(job: Job, seconds: number): Job {
  return {
    ...job,
    elapsedSeconds: job.elapsedSeconds + seconds,
    stages: job.stages.map((s) => (s.state === 'running' ? { ...s, seconds: s.seconds + seconds } : s)),
  }
}
