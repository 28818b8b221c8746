/** Writes the protected pictures, one at a time each, and keeps what was measured on them. */
import type { Progress } from '../../core/job-events.js'
import { below } from '../../storage/folders.js'
import { totalmem } from 'node:os'
import { z } from 'zod'
import { FixativeError } from '../../core/errors.js'
import { type Credential, manifestId } from '../../images/c2pa-id.js'
import { planOutputs } from '../../images/outputs.js'
import { ItemFile } from '../../storage/item-file.js'
import { type Job, inParallel, publicReason } from '../job.js'
import { type ExportedFacts, type JobRecord, readProgress } from '../journal.js'
import {
  MARKER_NAME,
  abandonOutput,
  checkSpace,
  claimOutput,
  inspectOutput,
  removeFiles,
  removeTemporaries,
  requireOutput,
} from '../output.js'
import { optionsOf } from '../plan.js'
import { NOISE_FILE } from './learn.js'
import type { JobFolder } from '../../storage/folders.js'
import { hashFile } from '../../certificates/verify-folder.js'
import { weightLimit } from '../weigh.js'
import type { LabelledImage } from './label.js'
import type { Skipped } from './scan.js'
import { BUDGET_FILE } from './thumbnails.js'

export const EXPORTED_FILE = 'exported.u8'
const TARGETS_FILE = 'targets.json'

/** A picture with its protected file. */
export interface ExportedImage extends LabelledImage {
  /** Path of the written file below the output folder, with '/'. */
  readonly target: string
  readonly written: Extract<ExportedFacts, { ok: true }>
}

/** Errors that are about one picture; any other ends the job, because the next picture would fail as well. */
const OF_ONE_IMAGE = new Set(['unreadable-picture', 'picture-too-large', 'file-too-large', 'internal'])

/**
 * Memory that writing one picture takes at its peak, bytes a pixel: progressive JPEG of 8 bit, the hungriest. Pictures
 * are written at the same time only while they take a quarter of the machine's memory.
 */
const BYTES_PER_PIXEL = 32

/**
 * @throws FixativeError `disk-full`, `output-gone`, `output-not-empty`, `nothing-exported`, or what `exportImage` throws about OUT.
 */
export async function exportStage(
  job: Job,
  images: readonly LabelledImage[],
  progress: Progress,
): Promise<{ exported: ExportedImage[]; skipped: Skipped[] }> {
  const { record, folder, journal, context, signal } = job
  const { output, settings } = record
  const area = settings.resolution ** 2
  const targets = planOutputs(images, optionsOf(record).format)
  await job.requirePlace()
  const state = await inspectOutput(output, record.id, signal)
  if (state.kind === 'unfinished') {
    const message = `Another job has begun to write to "${output}".`
    throw new FixativeError('output-not-empty', message, 'Choose another output folder, or end that job first.')
  }
  const done = new Set<number>()
  for (const [i, { item }] of images.entries()) {
    const facts = journal.progress.exported.get(item)
    if (!facts) continue
    // A file that is gone or different since the job was stopped is written again.
    if (!facts.ok || (await hashFile(below(output, targets[i]!), signal)) === facts.sha256) done.add(i)
  }
  const missing = images.map((_, i) => i).filter((i) => !done.has(i))
  await checkSpace(
    output,
    missing.reduce((sum, i) => sum + expectedBytes(images[i]!, record), 0),
  )
  await folder.writeJson(TARGETS_FILE, Object.fromEntries(images.map(({ item }, i) => [targets[i]!, item])))
  await claimOutput(output, record.id, state, new Set([...done].map((i) => targets[i]!)))

  const store = await ItemFile.open(folder.file(EXPORTED_FILE), 3 * area)
  const fields = await ItemFile.open(folder.file(NOISE_FILE), area)
  const budgets = await ItemFile.open(folder.file(BUDGET_FILE), 2 * area)
  const credential = settings.reserve === 'c2pa' ? await credentialOf(record) : null
  const within = weightLimit(totalmem() / 4)
  let finished = done.size
  progress(finished, images.length)
  try {
    await inParallel(missing, context.pool.size * 2, async (i) => {
      const image = images[i]!
      await requireOutput(output, record.id)
      const result = await within(image.width * image.height * BYTES_PER_PIXEL, () =>
        exportOne(job, image, below(output, targets[i]!), { fields, budgets }, credential, store),
      )
      await journal.append({ kind: 'exported', index: image.item, result }, store)
      progress(++finished, images.length)
    })
  } catch (error) {
    // Where the folder may not be changed any more, that is what the first error says.
    await removeTemporaries(output).catch(() => undefined)
    throw error
  } finally {
    await Promise.all([store.close(), fields.close(), budgets.close()])
  }
  return collect(job, images, targets)
}

async function exportOne(
  job: Job,
  { item, path, sha256: expected, most }: LabelledImage,
  target: string,
  noise: { readonly fields: ItemFile; readonly budgets: ItemFile },
  credential: Credential | null,
  store: ItemFile,
): Promise<ExportedFacts> {
  const { record, signal } = job
  const { resolution, reserve } = record.settings
  const source = below(record.input, path)
  const sha256 = await hashFile(source, signal).catch(() => undefined)
  if (sha256 !== expected) await job.requireInput()
  if (sha256 === undefined) return { ok: false, reason: 'The file is not there any more, or cannot be read.' }
  if (sha256 !== expected) return { ok: false, reason: 'The file was changed while the job was running.' }
  const [field, budget] = await Promise.all([noise.fields.read(item), noise.budgets.read(item)])
  try {
    const { seed, tool: version } = record
    const manifest = credential && { credential, id: manifestId(seed, path), version }
    const request = {
      source,
      target,
      marker: below(record.output, MARKER_NAME),
      field: new Int8Array(field.buffer),
      budget,
      resolution,
      most,
      ...optionsOf(record),
      reserve,
      manifest,
    }
    const report = await job.run('exportImage', request)
    const { bytes, lossless, maxAbsDiff, psnr, ssim, deltaE, flip, thumbnail } = report
    await store.write(item, thumbnail)
    return { ok: true, sha256: report.sha256, bytes, lossless, maxAbsDiff, psnr, ssim, deltaE, flip }
  } catch (error) {
    signal.throwIfAborted()
    await requireOutput(record.output, record.id)
    if (!(error instanceof FixativeError) || !OF_ONE_IMAGE.has(error.code)) throw error
    await job.requireInput()
    return { ok: false, reason: publicReason(error, record) }
  }
}

/** Follows from what was written down when the job was started, so that a resumed one writes the same bytes. */
async function credentialOf({ seed, createdAt }: JobRecord): Promise<Credential> {
  const { createCredential } = await import('../../images/c2pa-credential.js')
  return createCredential(seed, createdAt)
}

/** Removes what an unfinished job has written, except files that somebody has changed since. */
export async function undoExport(folder: JobFolder, { output, id }: JobRecord): Promise<void> {
  const state = await inspectOutput(output, id).catch(() => null)
  if (state?.kind !== 'resumed') return
  const targets = (await folder.readJson(TARGETS_FILE, z.record(z.string(), z.int())).catch(() => null)) ?? {}
  const { exported } = await readProgress(folder).catch(() => ({ exported: new Map<number, ExportedFacts>() }))
  const written: [string, string][] = []
  for (const [target, item] of Object.entries(targets)) {
    const facts = exported.get(item)
    // A file that the journal does not know was being written when the job was stopped.
    const sha256 = facts?.ok ? facts.sha256 : await hashFile(below(output, target))
    if (sha256 !== undefined) written.push([target, sha256])
  }
  await removeFiles(output, written)
  await abandonOutput(output, id)
}

function collect(
  { record, journal }: Job,
  images: readonly LabelledImage[],
  targets: readonly string[],
): { exported: ExportedImage[]; skipped: Skipped[] } {
  const exported: ExportedImage[] = []
  const skipped: Skipped[] = []
  images.forEach((image, i) => {
    const written = journal.progress.exported.get(image.item)!
    if (written.ok) exported.push({ ...image, target: targets[i]!, written })
    else skipped.push({ path: image.path, reason: written.reason })
  })
  if (exported.length === 0) {
    const [first] = skipped
    const message = `No picture could be written to "${record.output}". For example, "${first?.path}": ${first?.reason}`
    throw new FixativeError('nothing-exported', message, 'Check that the originals can still be read.')
  }
  return { exported, skipped }
}

/** A rough size of the written file: noise does not compress, so plain pictures grow. */
function expectedBytes({ width, height, bytes, format }: LabelledImage, record: JobRecord): number {
  const { format: wanted, maxWidth, maxHeight } = optionsOf(record)
  const target = wanted === 'keep' ? format : wanted
  const perPixel = target === 'png' || target === 'tiff' ? 2.5 : 0.6
  const scale = Math.min(1, (maxWidth ?? width) / width, (maxHeight ?? height) / height)
  return Math.max(bytes, width * height * perPixel) * scale ** 2
}
