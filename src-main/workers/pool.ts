/**
 * A pool of worker processes that do the tasks of the task map.
 *
 * Tasks are pure functions of their input, so a task whose worker died is redone elsewhere with the same result. An
 * error of a task is its caller's alone; the pool goes on.
 */
import { setMaxListeners } from 'node:events'
import { FixativeError } from '../core/errors.js'
import type { WorkAnswer, WorkRequest } from './protocol.js'
import type { TaskInput, TaskName, TaskOutput } from './tasks.js'
import type { WorkerHandle, WorkerTransport } from './transport.js'

export interface PoolOptions {
  readonly transport: WorkerTransport
  /** Largest number of processes, at least 1; they are started when there is work for them. */
  readonly size: number
  /** Told whenever a process dies that should not have, in words. */
  readonly onWorkerLost?: (reason: string) => void
  /** How often one task may lose its worker before it is given up. */
  readonly attempts?: number
  /** How long an aborted task may go on before its process is killed, milliseconds. */
  readonly abortGrace?: number
  /** How long a task may run before its process counts as stuck and is killed, milliseconds; absent: for ever. */
  readonly patience?: number
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  /** Higher goes first; equal ones in the order of their calls. Default 0. */
  readonly priority?: number
  /** Tasks of the same name prefer a process that has done one of them before. */
  readonly affinity?: string
}

export interface Pool {
  readonly size: number
  /**
   * Does one task on some worker.
   * @throws FixativeError what the task threw; `worker-lost` when its worker died too often; `worker-stuck` when it ran
   *   for longer than `patience`; `pool-closed`.
   * @throws the signal's reason, once the task no longer runs, when the signal was aborted.
   */
  run<N extends TaskName>(task: N, input: TaskInput<N>, options?: RunOptions): Promise<TaskOutput<N>>
  /** No new task is started until `resume`; what is running ends. */
  pause(): void
  resume(): void
  /** Refuses what is queued, ends every process and resolves when all are gone. */
  close(): Promise<void>
}

interface Job {
  readonly id: number
  readonly task: string
  readonly input: unknown
  readonly signal: AbortSignal | undefined
  readonly priority: number
  readonly affinity: string | undefined
  losses: number
  resolve(output: unknown): void
  reject(error: unknown): void
}

interface Worker {
  readonly handle: WorkerHandle
  readonly gone: Promise<void>
  readonly seen: Set<string>
  job: Job | undefined
  /** Runs while the job does, when there is a limit. */
  watchdog: NodeJS.Timeout | undefined
}

/** @throws RangeError when `size` is not a positive integer. */
export function createPool(options: PoolOptions): Pool {
  const { transport, size, onWorkerLost, attempts = 3, abortGrace = 1000, patience } = options
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a pool needs at least one worker, not ${size}`)
  const workers = new Set<Worker>()
  const queue: Job[] = []
  let nextId = 0
  let paused = false
  let closed = false

  function schedule(): void {
    while (!paused && !closed && queue.length > 0) {
      const job = queue[0]!
      const idle = [...workers].filter((worker) => !worker.job)
      const worker =
        idle.find((w) => job.affinity !== undefined && w.seen.has(job.affinity)) ??
        idle[0] ??
        (workers.size < size ? start() : undefined)
      if (!worker) return
      queue.shift()
      if (job.affinity !== undefined) worker.seen.add(job.affinity)
      worker.job = job
      if (patience !== undefined) worker.watchdog = setTimeout(() => giveUp(worker, job), patience)
      const request: WorkRequest = { id: job.id, task: job.task, input: job.input }
      worker.handle.post(request)
    }
  }

  function enqueue(job: Job): void {
    const at = queue.findIndex((other) => other.priority < job.priority)
    if (at < 0) queue.push(job)
    else queue.splice(at, 0, job)
  }

  function start(): Worker {
    const handle = transport.spawn()
    let ended: () => void = () => undefined
    const gone = new Promise<void>((resolve) => (ended = resolve))
    const worker: Worker = { handle, gone, seen: new Set(), job: undefined, watchdog: undefined }
    workers.add(worker)
    handle.onMessage((message) => {
      const answer = message as WorkAnswer
      const { job } = worker
      if (!job || answer.id !== job.id) return
      release(worker)
      if (job.signal?.aborted) job.reject(job.signal.reason)
      else if ('error' in answer) {
        const { code, message: text, hint } = answer.error
        job.reject(new FixativeError(code, text, hint))
      } else job.resolve(answer.output)
      schedule()
    })
    handle.onExit((reason) => {
      workers.delete(worker)
      ended()
      const { job } = worker
      release(worker)
      if (closed) job?.reject(closedError())
      else if (job?.signal?.aborted) job.reject(job.signal.reason)
      else {
        onWorkerLost?.(reason)
        if (job) retry(job, reason)
      }
      schedule()
    })
    return worker
  }

  function release(worker: Worker): void {
    clearTimeout(worker.watchdog)
    worker.job = undefined
  }

  /** A driver that hangs answers nothing, not even an abort; done again, the task would hang again. */
  function giveUp(worker: Worker, job: Job): void {
    release(worker)
    worker.handle.kill()
    const message = `The worker process did not answer for ${Math.round((patience ?? 0) / 1000)} s while doing "${job.task}".`
    job.reject(new FixativeError('worker-stuck', message, 'Update the driver of the device, or choose the engine cpu.'))
  }

  function retry(job: Job, reason: string): void {
    job.losses++
    if (job.losses < attempts) {
      // Ahead of its equals: others wait for this result.
      const at = queue.findIndex((other) => other.priority <= job.priority)
      queue.splice(at < 0 ? queue.length : at, 0, job)
      return
    }
    const message = `The worker process ended ${job.losses} times while doing "${job.task}" (${reason}).`
    job.reject(new FixativeError('worker-lost', message, 'Close other programs to free memory, or use fewer workers.'))
  }

  function abort(job: Job): void {
    const at = queue.indexOf(job)
    if (at >= 0) {
      queue.splice(at, 1)
      job.reject(job.signal?.reason)
      return
    }
    setTimeout(() => {
      for (const worker of workers) if (worker.job === job) worker.handle.kill()
    }, abortGrace)
  }

  return {
    size,
    async run<N extends TaskName>(task: N, input: TaskInput<N>, options: RunOptions = {}): Promise<TaskOutput<N>> {
      const { signal, priority = 0, affinity } = options
      if (closed) throw closedError()
      signal?.throwIfAborted()
      let stopListening = (): void => undefined
      const output = await new Promise<unknown>((resolve, reject) => {
        const job: Job = { id: nextId++, task, input, signal, priority, affinity, losses: 0, resolve, reject }
        const onAbort = (): void => abort(job)
        // A job waits for hundreds of tasks on its one signal; Node takes more than ten listeners for a leak.
        if (signal) setMaxListeners(0, signal)
        signal?.addEventListener('abort', onAbort, { once: true })
        stopListening = () => signal?.removeEventListener('abort', onAbort)
        enqueue(job)
        schedule()
      }).finally(() => stopListening())
      return output as TaskOutput<N>
    },
    pause() {
      paused = true
    },
    resume() {
      paused = false
      schedule()
    },
    async close() {
      closed = true
      for (const job of queue.splice(0)) job.reject(closedError())
      const all = [...workers]
      for (const worker of all) worker.handle.kill()
      await Promise.all(all.map((worker) => worker.gone))
    },
  }
}

function closedError(): FixativeError {
  return new FixativeError('pool-closed', 'The workers were stopped before the work was done.')
}
