/** What a command that computes is given: its workers, and where everything is kept. */
import { availableParallelism } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import type { Effort, JobContext } from '../jobs/job.js'
import { openKeyStore } from '../jobs/keys.js'
import { openStorage } from '../jobs/storage.js'
import { createPool } from '../workers/pool.js'
import { nodeTransport } from '../workers/transport.js'

export interface Environment {
  /** The program of a worker process. */
  readonly workerEntry: URL
  /** Shorter learning and training, for tests. */
  readonly effort?: Effort
}

/** Everything of a job's context but who listens to it. */
export type Base = Pick<JobContext, 'pool' | 'keys' | 'storage' | 'version' | 'effort'>

/**
 * Runs `work` with a pool of workers, and ends them after it, whatever happens.
 * @param size worker processes; null: one a core.
 * @param onWorkerLost told in words when one died; its work is done again.
 */
export async function withWorkers<T>(
  { workerEntry, effort }: Environment,
  size: number | null,
  onWorkerLost: (reason: string) => void,
  work: (base: Base) => Promise<T>,
): Promise<T> {
  const storage = openStorage()
  const transport = nodeTransport(workerEntry)
  const pool = createPool({ transport, size: size ?? availableParallelism(), onWorkerLost })
  try {
    const version = packageJson.version
    return await work({ pool, keys: openKeyStore(storage.keys), storage, version, ...(effort ? { effort } : {}) })
  } finally {
    await pool.close()
  }
}
