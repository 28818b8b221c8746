import type { Emit, Job, StressTest } from '../../src-shared/contract/index.js'

export interface WatchedJob extends Pick<Job, 'id' | 'name' | 'state' | 'result' | 'error'> {
  readonly stages: readonly Pick<Job['stages'][number], 'state' | 'done' | 'total'>[]
}

/** A stress test is watched while it runs, like a job of one stage; no job has this id. */
const STRESS = 'stress'

/** The jobs as the shell last heard of them; what taskbar, notification, power and quit guard look at. */
export interface JobWatch {
  /** An `Emit` that looks at the event before it passes it on. */
  through(emit: Emit): Emit
  /** Calls `listener` with all jobs after each change. */
  onChange(listener: (jobs: readonly WatchedJob[]) => void): void
  /** Fills in the jobs of an earlier session that are still queued. */
  seed(jobs: readonly WatchedJob[]): void
  jobs(): readonly WatchedJob[]
}

/** Follows `jobs.changed`, `jobs.removed` and `stress.changed`. */
export function createJobWatch(): JobWatch {
  const jobs = new Map<string, WatchedJob>()
  const listeners: ((jobs: readonly WatchedJob[]) => void)[] = []
  const all = (): readonly WatchedJob[] => [...jobs.values()]
  const changed = (): void => {
    for (const listener of listeners) listener(all())
  }
  return {
    through: (emit) => (name, payload) => {
      if (name === 'jobs.changed') {
        const job = payload as Job
        jobs.set(job.id, job)
        changed()
      } else if (name === 'jobs.removed') {
        jobs.delete((payload as { id: string }).id)
        changed()
      } else if (name === 'stress.changed') {
        const { running, done, total } = payload as StressTest
        const stages = [{ state: 'running' as const, done, total }]
        if (running) jobs.set(STRESS, { id: STRESS, name: STRESS, state: 'running', stages, result: null, error: null })
        else jobs.delete(STRESS)
        changed()
      }
      emit(name, payload)
    },
    onChange: (listener) => void listeners.push(listener),
    seed: (earlier) => {
      for (const job of earlier) jobs.set(job.id, job)
      changed()
    },
    jobs: all,
  }
}

/** Whether a job is being worked on now. */
export function isRunning(job: WatchedJob): boolean {
  return job.state === 'running'
}
