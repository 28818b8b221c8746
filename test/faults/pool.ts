/** Pools for the fault suite: one that works in this process, and one that does not compute the same thing twice. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { serialize } from 'node:v8'
import { configureSharp } from '../../src-main/images/inspect.js'
import type { Pool } from '../../src-main/workers/pool.js'
import { runTask } from '../../src-main/workers/run-task.js'
import type { TaskName } from '../../src-main/workers/tasks.js'

type Run = Pool['run']

const poolOf = (size: number, run: Run, close: () => Promise<void>): Pool => ({
  size,
  run,
  pause: () => undefined,
  resume: () => undefined,
  close,
})

/** Does every task in this process, so that what it does to the disk can be recorded. */
export function poolInProcess(size: number): Pool {
  configureSharp()
  const run = async (task: string, input: unknown, options?: { signal?: AbortSignal | undefined }) => {
    options?.signal?.throwIfAborted()
    return runTask(task, input)
  }
  return poolOf(size, run, async () => undefined)
}

/** Tasks that compute and touch no file but the thumbnails that they read. */
const COMPUTE: ReadonlySet<TaskName> = new Set<TaskName>(['train', 'noisePass', 'draws', 'correct', 'attack'])

export type Results = Map<string, unknown>

/**
 * Remembers what the computing tasks gave for an input, thumbnails included: tasks are pure functions of it. A job that
 * is resumed with a wrong state asks something else and gets it computed.
 */
export function remembering(pool: Pool, results: Results): Pool {
  const run = async (task: TaskName, input: unknown, options?: object): Promise<unknown> => {
    if (!COMPUTE.has(task)) return pool.run(task, input as never, options)
    const { dataset } = input as { dataset: { thumbnails: { path: string } } }
    const hash = createHash('sha256').update(task)
    hash.update(readFileSync(dataset.thumbnails.path))
    hash.update(serialize({ ...(input as object), dataset: { ...dataset, thumbnails: null } }))
    const key = hash.digest('hex')
    if (!results.has(key)) results.set(key, await pool.run(task, input as never, options))
    return structuredClone(results.get(key))
  }
  return poolOf(pool.size, run as Run, () => pool.close())
}
