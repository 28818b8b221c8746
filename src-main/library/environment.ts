/** What work that computes is given: its workers, and where everything is kept. */
import { availableParallelism } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { Devices, openDevice } from '../app/devices.js'
import type { Settings } from '../core/settings.js'
import type { Effort, JobContext } from '../jobs/job.js'
import { openKeyStore } from '../keys/key-store.js'
import { openStorage } from '../storage/folders.js'
import { createPool } from '../workers/pool.js'
import { nodeTransport } from '../workers/transport.js'

export interface Environment {
  /** The program of a worker process. */
  readonly workerEntry: URL
  /** Absolute; default: the data folder of this user. */
  readonly dataFolder?: string
  /** Shorter learning and training, for tests. */
  readonly effort?: Effort
}

/** Everything of a job's context but who listens to it. */
export type Base = Pick<JobContext, 'pool' | 'device' | 'keys' | 'storage' | 'version' | 'effort'>

export interface WorkersOptions {
  /** Worker processes; null: one a core. */
  readonly size: number | null
  readonly engine: Settings['engine']
  /** Told in words when one died; its work is done again. */
  readonly onWorkerLost: (reason: string) => void
}

/** The devices of this machine, and what was measured of them. */
export function openDevices({ workerEntry, dataFolder }: Environment): Devices {
  const transport = nodeTransport(workerEntry)
  return new Devices({ folder: openStorage(dataFolder).root, transport, version: packageJson.version })
}

/** Runs `work` with a pool of workers and the device of an engine, and ends them after it, whatever happens. */
export async function withWorkers<T>(
  environment: Environment,
  { size, engine, onWorkerLost }: WorkersOptions,
  work: (base: Base) => Promise<T>,
): Promise<T> {
  const { workerEntry, dataFolder, effort } = environment
  const storage = openStorage(dataFolder)
  const options = { transport: nodeTransport(workerEntry), onWorkerLost }
  const device = await openDevice(openDevices(environment), engine, options)
  const pool = createPool({ ...options, size: size ?? availableParallelism() })
  try {
    const base: Base = { pool, keys: openKeyStore(storage.keys), storage, version: packageJson.version }
    return await work({ ...base, ...(device ? { device } : {}), ...(effort ? { effort } : {}) })
  } finally {
    await Promise.all([pool.close(), device?.pool.close()])
  }
}
