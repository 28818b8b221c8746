/** Main file of the library that other programs import as `@fixative/core`. */
import { resolve } from 'node:path'
import type { JobEvent, JobResult } from '../core/job-events.js'
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.js'
import { protect as runJob, validSettings } from '../jobs/protect.js'
import { withWorkers } from './environment.js'

export type { Verification } from '../certificates/verify-folder.js'
export { FixativeError } from '../core/errors.js'
export type { JobEvent, JobResult } from '../core/job-events.js'
export { DEFAULT_SETTINGS, type Settings } from '../core/settings.js'
export { verify, type VerifyOptions } from './verify.js'

export interface ProtectOptions {
  /** Folder of the protected copies. Default: `IN-protected` beside the originals. */
  readonly output?: string
  /** Those that differ from `DEFAULT_SETTINGS`. */
  readonly settings?: Partial<Settings>
  /** Protects once more what is protected already; otherwise such files are left out. */
  readonly again?: boolean
  /** Where keys and the private data of jobs are kept. Default: the data folder of this user. */
  readonly dataFolder?: string
  /** Aborted to stop; the same call goes on later. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: JobEvent) => void
}

const workerEntry = new URL(import.meta.url.endsWith('.ts') ? '../workers/entry.ts' : './worker.js', import.meta.url)

/**
 * Writes protected copies of a folder of pictures, with a signed certificate and a report. The originals are only read.
 * A call that was stopped, whatever stopped it, goes on when it is made again.
 *
 * @param input folder with the originals.
 * @throws FixativeError for whatever the user can do something about: folders, settings, pictures, disks, devices.
 * @throws the signal's reason when it is aborted.
 */
export async function protect(input: string, options: ProtectOptions = {}): Promise<JobResult> {
  const { output, again, dataFolder, signal, onEvent = () => undefined } = options
  const settings = validSettings({ ...DEFAULT_SETTINGS, ...options.settings })
  const onWorkerLost = (reason: string): void => {
    const message = `A worker process ended (${reason}); its work is done again.`
    onEvent({ type: 'warning', code: 'worker-lost', message, hint: 'If this happens often, use fewer workers.' })
  }
  return withWorkers(
    { workerEntry, ...(dataFolder === undefined ? {} : { dataFolder: resolve(dataFolder) }) },
    { size: settings.workers, engine: settings.engine, onWorkerLost },
    (base) =>
      runJob(
        {
          input: resolve(input),
          settings,
          ...(output === undefined ? {} : { output: resolve(output) }),
          ...(again === undefined ? {} : { again }),
        },
        { ...base, onEvent, ...(signal === undefined ? {} : { signal }) },
      ),
  )
}
