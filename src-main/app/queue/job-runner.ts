/** How the job manager runs jobs: each with its own workers, its own folder, and what is noted when it is done. */
import { availableParallelism } from 'node:os'
import type { Job } from '../../../src-shared/contract/index.js'
import type { KeyStore } from '../../keys/key-store.js'
import { discardJob, forgetJob, protect } from '../../jobs/protect.js'
import type { Storage } from '../../storage/folders.js'
import { createPool, type PoolOptions } from '../../workers/pool.js'
import { type Devices, openDevice } from '../devices.js'
import type { History } from '../history.js'
import type { JobManagerOptions } from './manager.js'
import { removeLabels } from '../labels-file.js'
import { STOP_GRACE, lowPriorityWorkers } from '../low-priority-workers.js'
import type { AppServices } from '../services.js'
import type { Timings } from '../timings.js'

export interface PipelineParts {
  readonly services: AppServices
  readonly storage: Storage
  readonly keys: KeyStore
  readonly history: History
  readonly timings: Timings
  readonly devices: Devices
}

type Pipeline = Pick<JobManagerOptions, 'run' | 'discard' | 'forget' | 'onDone'>

export function createPipeline({ services, storage, keys, history, timings, devices }: PipelineParts): Pipeline {
  const { dataFolder, version, workers, settings, effort } = services
  return {
    run: async (job, { signal, onEvent }) => {
      const options: Omit<PoolOptions, 'size'> = {
        transport: lowPriorityWorkers(workers),
        abortGrace: STOP_GRACE,
        onWorkerLost: (reason) => {
          const message = `A worker process ended and its work is done again (${reason}).`
          onEvent({ type: 'warning', code: 'worker-lost', message, hint: 'If this goes on, use fewer workers.' })
        },
      }
      const device = await openDevice(devices, job.settings.engine, options)
      signal.throwIfAborted()
      const pool = createPool({ ...options, size: job.settings.workers ?? availableParallelism() })
      const issuer = settings.get().signerName
      try {
        return await protect(
          { input: job.folder, output: job.output, settings: job.settings, jobId: job.id },
          {
            pool,
            keys,
            storage,
            version,
            onEvent,
            signal,
            ...(device === undefined ? {} : { device }),
            ...(issuer === '' ? {} : { issuer }),
            ...(effort === undefined ? {} : { effort }),
          },
        )
      } finally {
        await Promise.all([pool.close(), device?.pool.close()])
      }
    },
    discard: async (job) => {
      await discardJob(storage, job.id)
      await removeLabels(dataFolder, job.settings)
    },
    forget: async (job) => {
      await forgetJob(storage, job.id)
      await removeLabels(dataFolder, job.settings)
    },
    onDone: async (job: Job) => {
      if (job.result) await history.add(job, job.result)
      await timings.add(job)
    },
  }
}
