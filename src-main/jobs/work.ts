/** What the stages of a job share: how work is run, kept and reported. */
import type { TaskInput, TaskName, TaskOutput } from '../workers/tasks.js'

/** Runs a task on some worker; rejects when the job is cancelled. */
export type RunTask = <N extends TaskName>(task: N, input: TaskInput<N>) => Promise<TaskOutput<N>>

/** Where a stage leaves its last finished step, so that a job that was killed goes on from there. */
export interface Checkpoint<T> {
  load(): Promise<T | undefined>
  save(state: T): Promise<void>
}

/** Least time before a pace is trusted, milliseconds. */
const PACE_AFTER = 1000

/** Says how many seconds are left at the pace since its first call; null: not known yet. */
export function timeLeft(): (done: number, total: number) => number | null {
  const begin = performance.now()
  let first: number | undefined
  return (done, total) => {
    first ??= done
    const elapsed = performance.now() - begin
    const known = done > first && elapsed >= PACE_AFTER
    return known ? (((total - done) / (done - first)) * elapsed) / 1000 : null
  }
}
