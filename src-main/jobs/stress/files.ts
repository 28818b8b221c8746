/** The small pictures of a stress test: both sides' as a row sees them, in files of their own while it is trained. */
import { below } from '../../storage/folders.js'
import { stat } from 'node:fs/promises'
import type { Served } from '../../core/channels.js'
import { FixativeError } from '../../core/errors.js'
import { chromaBlur, fineOfMean, subtract } from '../../core/stress/pixels.js'
import type { StressRow } from '../../core/stress/rows.js'
import type { BundledImages } from '../bundle.js'
import { halve } from '../../core/stress/halve.js'
import { ItemFile } from '../../storage/item-file.js'
import { type JobContext, inParallel } from '../job.js'
import { readRecord } from '../journal.js'
import { EXPORTED_FILE } from '../stages/export.js'
import { storedScan } from '../stages/scan.js'
import { ORIGINALS_FILE } from '../stages/thumbnails.js'
import type { JobFolder } from '../../storage/folders.js'

export type Side = 'protected' | 'originals'
export const SIDES: readonly Side[] = ['protected', 'originals']

/** The protected pictures, and where those are that they were made from. */
export interface StressImages extends BundledImages {
  readonly folder: JobFolder
  readonly output: string
  readonly resolution: number
  /** How the channel serves the protected files. */
  readonly served: Served | null
}

type Context = Pick<JobContext, 'pool' | 'signal'>
type Files = Readonly<Record<Side, string>> & { readonly resolution: number; readonly made: readonly string[] }

/** Makes what a row needs and names it; `made` are the files that go with the row. */
export async function filesFor(given: StressImages, row: StressRow, context: Context): Promise<Files> {
  const { folder, resolution } = given
  const names = { protected: `stress-${row.id}-protected.u8`, originals: `stress-${row.id}-originals.u8` }
  const made = SIDES.map((side) => names[side])
  if (row.view) {
    await viewed(given, row.view, names, context)
    return { ...names, resolution, made }
  }
  if (!row.treatment) return { protected: EXPORTED_FILE, originals: ORIGINALS_FILE, resolution, made: [] }
  const small = row.treatment === 'small' ? resolution / 2 : resolution
  for (const side of SIDES) {
    const source = folder.file(side === 'protected' ? EXPORTED_FILE : ORIGINALS_FILE)
    await treated(given, row.treatment, source, folder.file(names[side]), small, context)
  }
  return { ...names, resolution: small, made }
}

/** @throws FixativeError `original-missing`, `copy-missing`: rows on whole files need every one of them at its place. */
export async function requireFiles(given: StressImages): Promise<void> {
  const sourceOf = await sources(given)
  for (const side of SIDES)
    for (const image of given.images) {
      const source = sourceOf(side, image)
      const found = await stat(source).catch(() => null)
      if (!found?.isFile()) throw unreadable(side, source, 'it is not there.')
    }
}

function unreadable(side: Side, source: string, reason: string): FixativeError {
  const hint = 'Put the folder back where it was, or try the other rows alone with `fixative stress --rows`.'
  return side === 'originals'
    ? new FixativeError('original-missing', `The original "${source}" cannot be read: ${reason}`, hint)
    : new FixativeError('copy-missing', `The protected picture "${source}" cannot be read: ${reason}`, hint)
}

type Image = BundledImages['images'][number]

/** Where the whole file of a picture is. */
async function sources({ folder, output }: StressImages): Promise<(side: Side, image: Image) => string> {
  const [record, scan] = [await readRecord(folder), await storedScan(folder)]
  return (side, { item, target }) =>
    side === 'protected' ? below(output, target) : below(record?.input ?? '', scan?.files[item]?.path ?? '')
}

/** The files themselves, changed as a whole and read again. */
async function viewed(
  given: StressImages,
  view: NonNullable<StressRow['view']>,
  names: Readonly<Record<Side, string>>,
  { pool, signal }: Context,
): Promise<void> {
  const { folder, images, resolution, served } = given
  const sourceOf = await sources(given)
  for (const side of SIDES) {
    const file = await ItemFile.open(folder.file(names[side]), 3 * resolution ** 2)
    try {
      await inParallel(images, pool.size * 2, async (image) => {
        const source = sourceOf(side, image)
        const task = { sources: [source], resolution, view, served: side === 'protected' ? served : null }
        const [found] = (await pool.run('thumbnails', task, { signal })).items
        if (!found?.ok) throw unreadable(side, source, found?.reason ?? '')
        await file.write(image.item, found.pixels)
      })
    } finally {
      await file.close()
    }
  }
}

/** The small pictures changed one by one. */
async function treated(
  { images, classes, resolution }: StressImages,
  treatment: NonNullable<StressRow['treatment']>,
  source: string,
  target: string,
  small: number,
  { signal }: Context,
): Promise<void> {
  const from = await ItemFile.open(source, 3 * resolution ** 2)
  const to = await ItemFile.open(target, 3 * small ** 2)
  try {
    const fine = treatment === 'average' ? await fineParts(from, images, classes, resolution) : []
    for (const { item, label, held } of images) {
      signal?.throwIfAborted()
      const pixels = await from.read(item)
      if (treatment === 'small') await to.write(item, halve(pixels, resolution))
      else if (treatment === 'chroma-blur') await to.write(item, chromaBlur(pixels, resolution))
      else await to.write(item, held ? pixels : subtract(pixels, fine[label]!))
    }
  } finally {
    await Promise.all([from.close(), to.close()])
  }
}

/** Of each class, from its training pictures; the test pictures have no class yet and stay as they are. */
async function fineParts(
  file: ItemFile,
  images: BundledImages['images'],
  classes: number,
  resolution: number,
): Promise<Float32Array[]> {
  const sums = Array.from({ length: classes }, () => ({ sum: new Float64Array(file.size), count: 0 }))
  for (const { item, label, held } of images) {
    const own = sums[label]!
    if (held) continue
    ;(await file.read(item)).forEach((value, i) => (own.sum[i]! += value))
    own.count++
  }
  return sums.map(({ sum, count }) => fineOfMean(sum, Math.max(1, count), resolution))
}
