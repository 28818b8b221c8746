/** The stress test: what somebody may do to protected pictures so that a classifier learns from them all the same. */
import { jobSeeds } from '../../core/random/job-seeds.js'
import { z } from 'zod'
import type { Statement } from '../../core/certificate/schema.js'
import { chanceOf } from '../../core/certify/chance.js'
import { CHECKPOINT_EVERY } from '../../core/certify/runs.js'
import { FixativeError } from '../../core/errors.js'
import { FIT_BATCH, FIT_PEAK_RATE } from '../../core/protect/schedule.js'
import { keyedRandom } from '../../core/random/random.js'
import {
  HEAD_IMAGES,
  STRESS_ROWS,
  type StressResult,
  type StressRow,
  rowOf,
  worstFirst,
} from '../../core/stress/rows.js'
import { architectureFor } from '../../core/surrogate/architecture.js'
import type { AttackTask, Refit } from '../../workers/tasks.js'
import { type Bundle, type BundledImages, IMAGES_FILE, bundleMissing, openBundle, imagesSchema } from '../bundle.js'
import { type JobContext, inParallel } from '../job.js'
import { lockJob } from '../../storage/lock.js'
import { LAYER_NOISE, datasetOf, keyOf } from '../plan.js'
import { ORIGINALS_FILE } from '../stages/thumbnails.js'
import type { Storage } from '../../storage/folders.js'
import { SIDES, type Side, type StressImages, filesFor, requireFiles } from './files.js'
import { requireSigned } from '../../certificates/verify-folder.js'

/** Training steps of every row unless asked otherwise. */
export const STRESS_STEPS = 300
export const STRESS_FILE = 'stress.json'
/** Steps on clean pictures, and their rate. */
const REFIT = { steps: 40, rate: 0.01, rho: LAYER_NOISE } as const

/** How far a stress test is. */
export interface StressState {
  /** Trainings that are done, of all that were asked for. */
  readonly done: number
  readonly total: number
  /** Of the finished rows, worst first. */
  readonly results: StressResult[]
}

export interface StressContext extends Pick<JobContext, 'pool' | 'storage' | 'signal'> {
  readonly progress?: (state: StressState) => void
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

/** A stress test with what is finished of it. */
export interface OpenedStress extends StressImages {
  readonly statement: Statement
  /** What was asked for. */
  readonly rows: readonly StressRow[]
  readonly steps: number
  readonly seed: string
  readonly net: Bundle['settings']['surrogate']
  readonly stored: Stored
}

/**
 * Trains classifiers on the protected files and on the originals in every way of the table, and tests them on held-out
 * originals seen in the same way. Finished rows stay in the job's folder and are not trained again.
 *
 * @param path the protected folder, or the certificate in it.
 * @returns worst first.
 * @throws FixativeError `original-missing`, `copy-missing`, `job-running`; as `openStress`.
 */
export async function stress(path: string, options: StressOptions, context: StressContext): Promise<StressResult[]> {
  const test = await openStress(path, options, context.storage)
  const unlock = await lockJob(test.folder)
  try {
    return await train(test, context)
  } finally {
    await unlock()
  }
}

/**
 * @throws FixativeError `bundle-missing` when the job's private folder is not on this computer, `signature-invalid`,
 *   `stress-too-small`; as `openBundle`.
 */
export async function openStress(
  path: string,
  { rows = STRESS_ROWS.map(({ id }) => id), steps = STRESS_STEPS }: StressOptions,
  storage: Storage,
): Promise<OpenedStress> {
  const { envelope, output, folder, bundle } = await openBundle(path, storage)
  requireSigned(envelope, path)
  const images = await folder.readJson(IMAGES_FILE, imagesSchema)
  if (!images) throw bundleMissing()
  if (images.images.filter(({ held }) => held).length < 2) {
    throw new FixativeError(
      'stress-too-small',
      'Too few pictures were set aside for a test.',
      'Protect more pictures, and have them certified: that sets some aside.',
    )
  }
  const { statement } = envelope
  return {
    ...images,
    statement,
    folder,
    output,
    served: statement.predicate.channel?.served ?? null,
    resolution: bundle.settings.resolution,
    rows: rows.map(rowOf),
    steps,
    seed: jobSeeds.stress(bundle.seed),
    net: bundle.settings.surrogate,
    stored: (await folder.readJson(STRESS_FILE, storedSchema)) ?? {},
  }
}

/** How far an opened test is. */
export function stateOf(test: OpenedStress): StressState {
  const rows = trainedOf(test)
  const done = rows.filter((row) => test.stored[keyIn(test, row)]).length
  return { done: SIDES.length * done, total: SIDES.length * rows.length, results: resultsOf(test) }
}

/** The early row is the first checkpoint of the plain run. */
const trainedAs = (row: StressRow): StressRow => (row.early ? rowOf('plain') : row)
const trainedOf = ({ rows }: OpenedStress): StressRow[] => [...new Set(rows.map(trainedAs))]
const keyIn = ({ seed, steps }: OpenedStress, row: StressRow): string =>
  keyOf(seed, steps, JSON.stringify({ ...row, who: '' }), JSON.stringify(REFIT))

function resultsOf(test: OpenedStress): StressResult[] {
  return worstFirst(
    test.rows.flatMap((row) => {
      const counts = test.stored[keyIn(test, trainedAs(row))]
      if (!counts) return []
      const share = (side: Side): number =>
        (row.early ? counts[side].correct[0]! : Math.max(...counts[side].correct)) / counts[side].of
      const chance = chanceOf(heldOf(row, test.images).test)
      return [{ id: row.id, protected: share('protected'), originals: share('originals'), chance }]
    }),
  )
}

/** Does the rows that are missing. */
async function train(test: OpenedStress, context: StressContext): Promise<StressResult[]> {
  const { pool, signal, progress } = context
  const { folder, stored } = test
  let { done } = stateOf(test)
  const tell = (): void => progress?.({ ...stateOf(test), done })
  tell()
  const missing = trainedOf(test).filter((row) => !stored[keyIn(test, row)])
  if (missing.some(({ view }) => view)) await requireFiles(test)
  let saving: Promise<void> = Promise.resolve()
  await inParallel(missing, Math.ceil(pool.size / 2), async (row) => {
    const files = await filesFor(test, row, context)
    try {
      // Both end before the row's files go.
      const sides = await Promise.allSettled(
        SIDES.map(async (side) => {
          const task = attackOf(test, row, files, side)
          const correct = await pool.run('attack', task, { signal })
          done++
          tell()
          return { correct: [...correct], of: task.test.items.length }
        }),
      )
      const [yours, originals] = sides.map((side) => {
        if (side.status === 'rejected') throw side.reason
        return side.value
      })
      stored[keyIn(test, row)] = { protected: yours!, originals: originals! }
    } finally {
      for (const name of files.made) await folder.removeFile(name)
    }
    saving = saving.then(() => folder.writeJson(STRESS_FILE, stored))
    await saving
    tell()
  })
  return resultsOf(test)
}

function attackOf(
  { folder, classes, images, seed, steps, net }: OpenedStress,
  row: StressRow,
  files: Awaited<ReturnType<typeof filesFor>>,
  side: Side,
): AttackTask {
  const { resolution } = files
  const train = images.filter((p) => !p.held)
  const { test, clean = fewOfEach(train, classes, seed) } = heldOf(row, images)
  const refit: Refit | undefined = row.refit && {
    kind: row.refit,
    dataset: datasetOf(folder, ORIGINALS_FILE, resolution, clean),
    ...REFIT,
  }
  const architecture = architectureFor(row.vgg ? 'vgg' : net, resolution)
  return {
    program: { engine: 'cpu', spec: { architecture, classes, resolution } },
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

type Images = BundledImages['images']

/** The held-out pictures of a row: where the ball needs clean ones, every other one of a class is the attacker's. */
function heldOf(row: StressRow, images: Images): { readonly test: Images; readonly clean?: Images } {
  const held = images.filter((p) => p.held)
  if (row.refit !== 'ball') return { test: held }
  const byClass = held.toSorted((a, b) => a.label - b.label)
  return { test: byClass.filter((_, i) => i % 2 === 1), clean: byClass.filter((_, i) => i % 2 === 0) }
}

/** Some pictures of each class, drawn by lot. */
function fewOfEach(train: Images, classes: number, seed: string): Images {
  return Array.from({ length: classes }, (_, label) => {
    const own = train.filter((image) => image.label === label)
    const order = keyedRandom(seed, 'clean', label).permutation(own.length)
    return [...order.subarray(0, HEAD_IMAGES)].map((i) => own[i]!)
  }).flat()
}
