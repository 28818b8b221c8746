/** Looks through the folder; the list is kept, so that a resumed job speaks of the same files. */
import type { Progress } from '../../core/job-events.js'
import { z } from 'zod'
import { FixativeError } from '../../core/errors.js'
import { scan } from '../../images/scan.js'
import type { Pool } from '../../workers/pool.js'
import type { Job } from '../job.js'
import type { JobFolder } from '../../storage/folders.js'

const SCAN_FILE = 'scan.json'

const skippedSchema = z.strictObject({ path: z.string(), reason: z.string() })
const scanSchema = z.strictObject({
  /** Pictures by their headers, in the order of their paths (relative, with '/'). */
  files: z.array(
    z.strictObject({
      path: z.string().min(1),
      folder: z.string(),
      bytes: z.int().min(0),
      format: z.enum(['png', 'jpeg', 'webp', 'tiff', 'avif']),
    }),
  ),
  skipped: z.array(skippedSchema),
})
export type Scan = z.infer<typeof scanSchema>
export type ScannedFile = Scan['files'][number]
export type Skipped = z.infer<typeof skippedSchema>

/**
 * @param pool opens the pictures; null: they are told by their first bytes alone, for who wants their number only.
 * @throws FixativeError `no-pictures` for a folder without any, else as `scan` of the images.
 */
export async function lookThrough(
  input: string,
  pool: Pick<Pool, 'run'> | null,
  signal: AbortSignal,
  progress?: Progress,
): Promise<Scan> {
  const found = await scan(input, {
    headers: pool ? (sources) => pool.run('headers', { sources }, { signal }) : undefined,
    signal,
    onProgress: (seen) => progress?.(seen, seen),
  })
  const files = found.files.map(({ path, folder, bytes, format }) => ({ path, folder, bytes, format }))
  if (files.length === 0) throw noImages(input, found.skipped[0])
  return { files, skipped: found.skipped.map(({ path, reason }) => ({ path, reason })) }
}

export function noImages(input: string, example: Skipped | undefined): FixativeError {
  const why = example ? ` For example, "${example.path}": ${example.reason}` : ''
  const hint = 'Fixative protects JPEG, PNG, WebP, TIFF and AVIF files.'
  return new FixativeError('no-pictures', `There is no picture in "${input}" that can be protected.${why}`, hint)
}

/** What an earlier session of the job has found; null: nothing yet. */
export function storedScan(folder: JobFolder): Promise<Scan | null> {
  return folder.readJson(SCAN_FILE, scanSchema)
}

/** @param fresh what was just found, to save a second look. */
export async function scanStage(job: Job, progress: Progress, fresh: Scan | null): Promise<Scan> {
  const stored = await storedScan(job.folder)
  if (stored) return stored
  const found = fresh ?? (await lookThrough(job.record.input, job.context.pool, job.signal, progress))
  progress(found.files.length + found.skipped.length, found.files.length + found.skipped.length)
  await job.folder.writeJson(SCAN_FILE, found)
  return found
}
