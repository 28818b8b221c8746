/** What the stages of a job share: how work is run, kept and reported. */
import type { TaskInput, TaskName, TaskOutput } from '../workers/tasks.js'

/** Runs a task on some worker; rejects when the job is cancelled. */
export type RunTask = <N extends TaskName>(task: N, input: TaskInput<N>) => Promise<TaskOutput<N>>

/** Where a stage leaves its last finished step, so that a job that was killed goes on from there. */
export interface Checkpoint<T> {
  load(): Promise<T | undefined>
  save(state: T): Promise<void>
}

/** Units of work done so far. */
export type Progress = (done: number, total: number) => void
