/** What computes the surrogates of a job: one process with a device while that works, and the pool's own otherwise. */
import { FixativeError } from '../core/errors.js'
import type { Pool, RunOptions } from '../workers/pool.js'
import type { Program, TaskInput, TaskName, TaskOutput } from '../workers/tasks.js'

/** A device that a job computes on besides the processor. */
export interface Device {
  readonly engine: Exclude<Program['engine'], 'cpu'>
  /** "NVIDIA GeForce RTX 4070". */
  readonly name: string
  /** One process: a device has one user at a time. The job closes it when the device fails. */
  readonly pool: Pool
}

/** Codes of errors that are the device's own, and no fault of the work. */
const DEVICE_ERRORS: readonly string[] = [
  'device-failed',
  'device-wrong',
  'no-adapter',
  'cuda-unsupported',
  'cuda-no-card',
  'cuda-not-installed',
  'cuda-library-missing',
  'worker-lost',
  'worker-stuck',
]

export class Compute {
  #device: Device | null

  /**
   * @param onLost told once when the device has failed and the job goes on without it. Tasks are pure functions of
   *   their input, so that what was under way is done again on the processor, and nothing that is finished is lost.
   */
  constructor(
    private readonly pool: Pool,
    device: Device | undefined,
    private readonly onLost: (device: Device, reason: FixativeError) => Promise<void>,
  ) {
    this.#device = device ?? null
  }

  /** The device; null: the processor. */
  get device(): Device | null {
    return this.#device
  }

  /** How many tasks with a surrogate run at the same time. */
  get lanes(): number {
    return this.#device ? 1 : this.pool.size
  }

  /** As `Pool.run`. The input's engine is `cpu`; while there is a device its own takes that place. */
  async run<N extends TaskName>(task: N, input: TaskInput<N>, options?: RunOptions): Promise<TaskOutput<N>> {
    const device = this.#device
    if (!device || !('program' in input)) return this.pool.run(task, input, options)
    const there = { ...input, program: { ...input.program, engine: device.engine } }
    try {
      return await device.pool.run(task, there, options)
    } catch (error) {
      options?.signal?.throwIfAborted()
      // Whatever else was waiting for the device is refused when its pool is closed.
      const refused = this.#device !== device && error instanceof FixativeError && error.code === 'pool-closed'
      const failed = error instanceof FixativeError && DEVICE_ERRORS.includes(error.code)
      if (!refused && !failed) throw error
      if (this.#device === device) {
        this.#device = null
        await this.onLost(device, error)
        await device.pool.close()
      }
      return this.pool.run(task, input, options)
    }
  }
}
