/** Reads every picture once: its thumbnail, its facts, its hash. Copies of the same file count once. */
import type { Pooled } from '../../core/visibility/flip.js'
import type { Progress } from '../../core/job-events.js'
import { below } from '../../storage/folders.js'
import { FixativeError } from '../../core/errors.js'
import { usesBrightness, visibilityOf } from '../../core/settings.js'
import type { OutputFormat } from '../../images/types.js'
import { ItemFile } from '../../storage/item-file.js'
import { type Job, inParallel } from '../job.js'
import { ALREADY_PROTECTED, certifiedHashes, protectedHashes } from '../../certificates/protected-files.js'
import { type Scan, type Skipped, noImages } from './scan.js'

export const ORIGINALS_FILE = 'originals.u8'
export const OPACITY_FILE = 'opacity.u8'
/** What each place of a picture may change by: 2×S×S an item (core/protect/noise.ts). */
export const BUDGET_FILE = 'budget.u8'
/** Pictures of one task: few, because they may be large. */
const CHUNK = 4

/** A picture that will be protected. */
export interface Image {
  /** Its index in the scan and in the thumbnail files. */
  readonly item: number
  /** Relative, with '/'. */
  readonly path: string
  readonly folder: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly format: OutputFormat
  readonly sha256: string
  /** ꟻLIP that it is scaled to. */
  readonly most: Pooled
}

/** @throws FixativeError `no-pictures` when none can be read. */
export async function thumbnailsStage(
  job: Job,
  { files }: Scan,
  progress: Progress,
): Promise<{ images: Image[]; skipped: Skipped[] }> {
  const { settings } = job.record
  const { resolution } = settings
  const eyes = { visibility: visibilityOf(settings), brightness: usesBrightness(settings) }
  const area = resolution * resolution
  const store = await ItemFile.open(job.folder.file(ORIGINALS_FILE), 3 * area)
  const opacities = await ItemFile.open(job.folder.file(OPACITY_FILE), area)
  const budgets = await ItemFile.open(job.folder.file(BUDGET_FILE), 2 * area)
  try {
    const { read } = job.journal.progress
    const already = await findProtected(job, files)
    progress(read.size, files.length)
    const chunks = Array.from({ length: Math.ceil(files.length / CHUNK) }, (_, i) => i * CHUNK)
    const missing = chunks.filter((first) => files.slice(first, first + CHUNK).some((_, i) => !read.has(first + i)))
    await inParallel(missing, job.context.pool.size * 2, async (first) => {
      const sources = files.slice(first, first + CHUNK).map(({ path }) => below(job.record.input, path))
      const report = await job.run('thumbnails', { sources, resolution, eyes })
      if (report.items.some(({ ok }) => !ok)) await job.requireInput()
      const items = await Promise.all(
        report.items.map(async (item, i) => {
          if (!item.ok) return item
          const { pixels, opacity, budget, most, width, height, sha256 } = item
          if (already.has(sha256) && !job.record.again) return { ok: false as const, reason: ALREADY_PROTECTED }
          await store.write(first + i, pixels)
          await opacities.write(first + i, opacity)
          await budgets.write(first + i, budget)
          return { ok: true as const, width, height, sha256, most }
        }),
      )
      await job.journal.append({ kind: 'read', first, items }, store, opacities, budgets)
      progress(read.size, files.length)
    })
    warnOfSecondPass(job, already)
  } finally {
    await Promise.all([store.close(), opacities.close(), budgets.close()])
  }
  return sortOut(job, files)
}

/** Hashes of files that Fixative has written, here or elsewhere. */
async function findProtected({ record, context, warn }: Job, files: Scan['files']): Promise<ReadonlySet<string>> {
  const own = await protectedHashes(context.storage.root)
  const folders = new Set(files.map(({ folder }) => folder))
  const found = await certifiedHashes(record.input, folders, await context.keys.ring())
  for (const path of found.strangers) {
    const hint = 'If they are protected already, stop, and put the signer on your list: fixative keys trust add.'
    const message = `There is a certificate by somebody you do not know, "${path}": its files are treated as unprotected.`
    warn('unknown-certificate', message, hint)
  }
  return new Set([...own, ...found.hashes])
}

function warnOfSecondPass({ journal, warn }: Job, already: ReadonlySet<string>): void {
  const facts = [...journal.progress.read.values()]
  const again = facts.filter((one) => one.ok && already.has(one.sha256)).length
  const left = facts.filter((one) => !one.ok && one.reason === ALREADY_PROTECTED).length
  const images = (count: number): string => (count === 1 ? 'One picture is' : `${count} pictures are`)
  if (again > 0) {
    const hint = 'Each pass changes them more. Stop, and protect the originals instead, if you still have them.'
    warn('second-pass', `${images(again)} protected already, and protected once more.`, hint)
  }
  if (left > 0) {
    const hint = 'To protect them once more, which changes them more: fixative protect --again.'
    warn('already-protected', `${images(left)} protected already, and left out.`, hint)
  }
}

function sortOut(job: Job, files: Scan['files']): { images: Image[]; skipped: Skipped[] } {
  const images: Image[] = []
  const skipped: Skipped[] = []
  const paths = new Map<string, string>()
  files.forEach((file, item) => {
    const facts = job.journal.progress.read.get(item)!
    if (!facts.ok) {
      skipped.push({ path: file.path, reason: facts.reason })
      return
    }
    const same = paths.get(facts.sha256)
    if (same !== undefined) {
      skipped.push({ path: file.path, reason: `It is a copy of "${same}", which is protected.` })
      return
    }
    paths.set(facts.sha256, file.path)
    const { width, height, sha256, most } = facts
    images.push({ item, ...file, width, height, sha256, most })
  })
  if (images.length === 0 && skipped.every(({ reason }) => reason === ALREADY_PROTECTED)) {
    throw new FixativeError(
      'already-protected',
      `All pictures in "${job.record.input}" are protected already, so nothing was written.`,
      'Give the folder of the originals. To change protected pictures once more: fixative protect --again.',
    )
  }
  if (images.length === 0) throw noImages(job.record.input, skipped[0])
  return { images, skipped }
}
