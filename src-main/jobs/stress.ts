/** The stress test: what somebody may do to protected pictures so that a classifier learns from them all the same. */
import { z } from 'zod'
import { chanceOf } from '../core/certify/chance.js'
import { CHECKPOINT_EVERY } from '../core/certify/runs.js'
import type { Served } from '../core/channels.js'
import { FixativeError } from '../core/errors.js'
import { FIT_BATCH, FIT_PEAK_RATE } from '../core/protect/schedule.js'
import { keyedRandom } from '../core/random/random.js'
import { chromaBlur, fineOfMean, subtract } from '../core/stress/pixels.js'
import {
  HEAD_PICTURES,
  STRESS_ROWS,
  type StressResult,
  type StressRow,
  rowOf,
  worstFirst,
} from '../core/stress/rows.js'
import { architectureFor } from '../core/surrogate/architecture.js'
import type { AttackTask, Dataset, Refit } from '../workers/tasks.js'
import { type BundledPictures, PICTURES_FILE, bundleMissing, openBundle, picturesSchema } from './bundle.js'
import { halve } from './half.js'
import { ItemFile } from './item-file.js'
import { type JobContext, below, inParallel } from './job.js'
import { readRecord } from './journal.js'
import { LAYER_NOISE, datasetOf, keyOf } from './plan.js'
import { EXPORTED_FILE } from './stages/export.js'
import { storedScan } from './stages/scan.js'
import { ORIGINALS_FILE } from './stages/thumbnails.js'
import type { JobFolder } from './storage.js'

/** Training steps of every row unless asked otherwise. */
export const STRESS_STEPS = 300
export const STRESS_FILE = 'stress.json'
/** Steps on clean pictures, and their rate. */
const REFIT = { steps: 40, rate: 0.01, rho: LAYER_NOISE } as const

export interface StressContext extends Pick<JobContext, 'pool' | 'storage' | 'signal'> {
  /** Trainings done so far, of all that were asked for. */
  readonly progress?: (done: number, total: number) => void
}

export interface StressOptions {
  /** Ids of the rows; default: all. */
  readonly rows?: readonly string[]
  readonly steps?: number
}

const countsSchema = z.strictObject({ correct: z.array(z.int().min(0)).min(1), of: z.int().min(1) })
const storedSchema = z.record(z.string(), z.strictObject({ protected: countsSchema, originals: countsSchema }))
/** Finished rows by their key. */
type Stored = z.infer<typeof storedSchema>

type Side = 'protected' | 'originals'
const SIDES: readonly Side[] = ['protected', 'originals']

interface Work {
  readonly folder: JobFolder
  readonly output: string
  readonly pictures: BundledPictures
  readonly resolution: number
  readonly seed: string
  readonly steps: number
}

/**
 * Trains classifiers on the protected files and on the originals in every way of the table, and tests them on held-out
 * originals seen in the same way. Finished rows stay in the job's folder and are not trained again.
 *
 * @param path the protected folder, or the certificate in it.
 * @returns worst first.
 * @throws FixativeError `bundle-missing`, `stress-too-small`, `original-missing`; as `openBundle`.
 */
export async function stress(
  path: string,
  { rows = STRESS_ROWS.map(({ id }) => id), steps = STRESS_STEPS }: StressOptions,
  context: StressContext,
): Promise<StressResult[]> {
  const { envelope, output, folder, bundle } = await openBundle(path, context.storage)
  const { statement } = envelope
  const pictures = await folder.readJson(PICTURES_FILE, picturesSchema)
  if (!pictures) throw bundleMissing()
  if (pictures.pictures.filter(({ held }) => held).length < 2) {
    throw new FixativeError('stress-too-small', 'Too few pictures were set aside for a test.', 'Protect more pictures.')
  }
  const job: Work = {
    folder,
    output,
    pictures,
    resolution: bundle.settings.resolution,
    seed: `${bundle.seed}/stress`,
    steps,
  }
  const net = bundle.settings.surrogate
  const stored: Stored = (await folder.readJson(STRESS_FILE, storedSchema)) ?? {}
  // The early row is the first checkpoint of the plain run.
  const trained = [...new Set(rows.map((id) => (rowOf(id).early ? 'plain' : id)))].map(rowOf)
  const key = (row: StressRow): string =>
    keyOf(job.seed, steps, JSON.stringify({ ...row, who: '' }), JSON.stringify(REFIT))
  const missing = trained.filter((row) => !stored[key(row)])
  const total = 2 * trained.length
  let saving: Promise<void> = Promise.resolve()
  let done = total - 2 * missing.length
  context.progress?.(done, total)
  await inParallel(missing, Math.ceil(context.pool.size / 2), async (row) => {
    const files = await filesFor(job, row, statement.predicate.channel?.served ?? null, context)
    try {
      // Both end before the row's files go.
      const sides = await Promise.allSettled(
        SIDES.map(async (side) => {
          const task = attackOf(job, row, row.vgg ? 'vgg' : net, files, side)
          const correct = await context.pool.run('attack', task, { signal: context.signal })
          context.progress?.(++done, total)
          return { correct: [...correct], of: task.test.items.length }
        }),
      )
      const [yours, originals] = sides.map((side) => {
        if (side.status === 'rejected') throw side.reason
        return side.value
      })
      stored[key(row)] = { protected: yours!, originals: originals! }
    } finally {
      for (const name of files.made) await folder.removeFile(name)
    }
    saving = saving.then(() => folder.writeJson(STRESS_FILE, stored))
    await saving
  })
  const results = rows.map((id): StressResult => {
    const row = rowOf(id)
    const counts = stored[key(row.early ? rowOf('plain') : row)]!
    const share = (side: Side): number =>
      (row.early ? counts[side].correct[0]! : Math.max(...counts[side].correct)) / counts[side].of
    return { id, protected: share('protected'), originals: share('originals'), chance: chanceOf(heldOf(row, pictures.pictures).test) }
  })
  return worstFirst(results)
}

type Files = Readonly<Record<Side, string>> & { readonly resolution: number; readonly made: readonly string[] }

function attackOf(
  { folder, pictures: { classes, pictures }, seed, steps }: Work,
  row: StressRow,
  net: Parameters<typeof architectureFor>[0],
  files: Files,
  side: Side,
): AttackTask {
  const { resolution } = files
  const train = pictures.filter((p) => !p.held)
  const { test, clean = fewOfEach(train, classes, seed) } = heldOf(row, pictures)
  const refit: Refit | undefined = row.refit && {
    kind: row.refit,
    dataset: datasetOf(folder, ORIGINALS_FILE, resolution, clean),
    ...REFIT,
  }
  return {
    program: { engine: 'cpu', spec: { architecture: architectureFor(net, resolution), classes, resolution } },
    dataset: datasetOf(folder, files[side], resolution, train),
    test: datasetOf(folder, files.originals, resolution, test),
    seed,
    steps,
    checkpointEvery: CHECKPOINT_EVERY,
    batchSize: FIT_BATCH,
    peakRate: FIT_PEAK_RATE,
    ...(row.variation ? { variation: row.variation } : {}),
    ...(row.weightNoise === undefined ? {} : { weightNoise: row.weightNoise }),
    ...(refit ? { refit } : {}),
  }
}

type Pictures = BundledPictures['pictures']

/** The held-out pictures of a row: where the ball needs clean ones, every other one of a class is the attacker's. */
function heldOf(row: StressRow, pictures: Pictures): { readonly test: Pictures; readonly clean?: Pictures } {
  const held = pictures.filter((p) => p.held)
  if (row.refit !== 'ball') return { test: held }
  const byClass = held.toSorted((a, b) => a.label - b.label)
  return { test: byClass.filter((_, i) => i % 2 === 1), clean: byClass.filter((_, i) => i % 2 === 0) }
}

/** Some pictures of each class, drawn by lot. */
function fewOfEach(train: Pictures, classes: number, seed: string): Pictures {
  return Array.from({ length: classes }, (_, label) => {
    const own = train.filter((picture) => picture.label === label)
    const order = keyedRandom(seed, 'clean', label).permutation(own.length)
    return [...order.subarray(0, HEAD_PICTURES)].map((i) => own[i]!)
  }).flat()
}

/** Both sides' small pictures as a row sees them. */
async function filesFor(job: Work, row: StressRow, served: Served | null, context: StressContext): Promise<Files> {
  const { folder, resolution } = job
  const names = { protected: `stress-${row.id}-protected.u8`, originals: `stress-${row.id}-originals.u8` }
  const made = SIDES.map((side) => names[side])
  if (row.view) {
    await viewed(job, row.view, names, served, context)
    return { ...names, resolution, made }
  }
  if (!row.treatment) return { protected: EXPORTED_FILE, originals: ORIGINALS_FILE, resolution, made: [] }
  const small = row.treatment === 'small' ? resolution / 2 : resolution
  for (const side of SIDES) {
    const source = datasetOf(folder, side === 'protected' ? EXPORTED_FILE : ORIGINALS_FILE, resolution, [])
    await treated(job, row.treatment, source, folder.file(names[side]), small, context)
  }
  return { ...names, resolution: small, made }
}

/** The files themselves, changed as a whole and read anew. */
async function viewed(
  { folder, output, pictures, resolution }: Work,
  view: NonNullable<StressRow['view']>,
  names: Readonly<Record<Side, string>>,
  served: Served | null,
  { pool, signal }: StressContext,
): Promise<void> {
  const [record, scan] = [await readRecord(folder), await storedScan(folder)]
  const original = (item: number): string => below(record?.input ?? '', scan?.files[item]?.path ?? '')
  for (const side of SIDES) {
    const file = await ItemFile.open(folder.file(names[side]), 3 * resolution ** 2)
    try {
      await inParallel(pictures.pictures, pool.size * 2, async ({ item, target }) => {
        const source = side === 'protected' ? below(output, target) : original(item)
        const task = { sources: [source], resolution, view, served: side === 'protected' ? served : null }
        const [found] = (await pool.run('thumbnails', task, { signal })).items
        if (!found?.ok) {
          const message = `"${source}" cannot be read: ${found?.reason ?? ''}`
          throw new FixativeError('original-missing', message, 'Rows on whole files need the originals and the copies.')
        }
        await file.write(item, found.pixels)
      })
    } finally {
      await file.close()
    }
  }
}

/** The small pictures changed one by one. */
async function treated(
  { pictures: { pictures, classes }, resolution }: Work,
  treatment: NonNullable<StressRow['treatment']>,
  { thumbnails }: Dataset,
  target: string,
  small: number,
  { signal }: StressContext,
): Promise<void> {
  const size = 3 * resolution ** 2
  const from = await ItemFile.open(thumbnails.path, size)
  const to = await ItemFile.open(target, 3 * small ** 2)
  try {
    const fine = treatment === 'average' ? await fineParts(from, pictures, classes, resolution) : []
    for (const { item, label, held } of pictures) {
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
  pictures: BundledPictures['pictures'],
  classes: number,
  resolution: number,
): Promise<Float32Array[]> {
  const sums = Array.from({ length: classes }, () => ({ sum: new Float64Array(file.size), count: 0 }))
  for (const { item, label, held } of pictures) {
    const own = sums[label]!
    if (held) continue
    ;(await file.read(item)).forEach((value, i) => (own.sum[i]! += value))
    own.count++
  }
  return sums.map(({ sum, count }) => fineOfMean(sum, Math.max(1, count), resolution))
}
