/** The job's noise: what it is learnt from, and where it is kept. */
import type { Progress } from '../../core/job-events.js'
import { rename } from 'node:fs/promises'
import { z } from 'zod'
import { type CarrierBand, dealCarriers } from '../../core/protect/carriers.js'
import { RECIPES, carrierBand, fieldBand } from '../../core/protect/recipe.js'
import { roundBudget, warmUpRounds } from '../../core/protect/schedule.js'
import { usesBrightness } from '../../core/settings.js'
import type { Dataset } from '../../workers/tasks.js'
import { learnCheckpoint } from '../training/checkpoints.js'
import { ItemFile } from '../../storage/item-file.js'
import type { Job } from '../job.js'
import { datasetOf, optionsOf, keyOf, programOf } from '../plan.js'
import type { LabelledImage } from './label.js'
import { type Fields, learnNoise } from '../training/learn-noise.js'
import { BUDGET_FILE, OPACITY_FILE, ORIGINALS_FILE } from './thumbnails.js'
import { syncFolder } from '../../storage/folders.js'

/** The learnt fields, S×S signed bytes an item. */
export const NOISE_FILE = 'fields.i8'
const SETS = ['fields-0.i8', 'fields-1.i8'] as const
const LEARN_FILE = 'learn.bin'
const NOISE_KEY_FILE = 'noise.json'
const noiseSchema = z.strictObject({ key: z.string() })
/** Pictures whose first fields are made in one task. */
const CHUNK = 256

/** The pictures as they are when noise is added: it shows only where they are opaque, unless they are laid on white. */
function noisyDataset({ record, folder }: Job, images: readonly LabelledImage[]): Dataset {
  const dataset = datasetOf(folder, ORIGINALS_FILE, record.settings.resolution, images)
  if (optionsOf(record).format === 'jpeg') return dataset
  return { ...dataset, thumbnails: { ...dataset.thumbnails, opacity: folder.file(OPACITY_FILE) } }
}

/**
 * Learns the noise of every picture; the surrogate is trained on `train`, the noise of the held-out pictures is learnt
 * against it as well, because all of them will be published.
 *
 * One class alone gives a classifier nothing to tell apart. Its noise is then learnt against an imaginary second class of
 * the same pictures without noise, so that it becomes a mark that says "this class" more plainly than the pictures do.
 */
export async function learnStage(
  job: Job,
  classes: number,
  images: readonly LabelledImage[],
  train: readonly LabelledImage[],
  progress: Progress,
): Promise<void> {
  const { record, folder, context, compute } = job
  const { settings, seed } = record
  const { resolution } = settings
  const seen = classes > 1 ? train : [...train, ...train.map((image) => ({ ...image, label: 1 }))]
  const dataset = noisyDataset(job, images)
  const trained = noisyDataset(job, seen)
  const rounds = context.effort?.rounds ?? roundBudget(trained.items.length)
  const warmUp = context.effort?.warmUp ?? warmUpRounds(rounds)
  const key = keyOf(seed, warmUp, rounds, dataset.items, dataset.labels, trained.items)
  const stored = await folder.readJson(NOISE_KEY_FILE, noiseSchema)
  if (stored?.key === key && (await folder.exists(NOISE_FILE))) return

  const side = usualSide(images)
  const fields = await openFields(job)
  let learnt: 0 | 1
  try {
    learnt = await learnNoise(
      job.run,
      {
        program: programOf(settings, Math.max(2, classes)),
        train: trained,
        dataset,
        noisyClasses: classes,
        recipe: RECIPES[settings.method],
        seed,
        rounds,
        warmUp,
        roundSteps: context.effort?.roundSteps,
        batchSize: context.effort?.batchSize,
        distorted: usesBrightness(settings),
        band: fieldBand(side, resolution),
        get workers() {
          return compute.lanes
        },
      },
      fields,
      () => beginFields(job, classes, images, carrierBand(side, resolution), fields),
      learnCheckpoint(folder, LEARN_FILE, key),
      progress,
    )
  } finally {
    await fields.close()
  }
  await rename(folder.file(SETS[learnt]), folder.file(NOISE_FILE))
  await syncFolder(folder.path)
  await folder.writeJson(NOISE_KEY_FILE, { key })
  for (const name of [LEARN_FILE, ...SETS]) await folder.removeFile(name)
}

/** Side that a tenth of the pictures fall below: carriers are to show in nearly all of them. */
function usualSide(images: readonly LabelledImage[]): number {
  const sides = images.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b)
  return sides[Math.floor(sides.length / 10)]!
}

async function openFields({ record, folder }: Job): Promise<Fields & { close(): Promise<void> }> {
  const area = record.settings.resolution ** 2
  const files = await Promise.all(SETS.map((name) => ItemFile.open(folder.file(name), area)))
  return {
    budgets: folder.file(BUDGET_FILE),
    path: (set) => folder.file(SETS[set]),
    async write(set, items, fields) {
      for (const [i, item] of items.entries()) {
        const field = fields.subarray(i * area, (i + 1) * area)
        await files[set]!.write(item, new Uint8Array(field.buffer, field.byteOffset, area))
      }
    },
    sync: (set) => files[set]!.sync(),
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
  }
}

/** The fields that learning starts from: each class's secret wave, with a phase of each picture's own. */
async function beginFields(
  job: Job,
  classes: number,
  images: readonly LabelledImage[],
  band: CarrierBand,
  fields: Fields,
): Promise<void> {
  const { seed, settings } = job.record
  const carriers = dealCarriers(seed, classes, band)
  for (let start = 0; start < images.length; start += CHUNK) {
    const chunk = images.slice(start, start + CHUNK)
    const made = await job.run('carriers', {
      carriers,
      resolution: settings.resolution,
      seed,
      images: chunk.map(({ sha256, label }) => ({ key: sha256, label })),
    })
    await fields.write(
      0,
      Int32Array.from(chunk, ({ item }) => item),
      made,
    )
  }
  await fields.sync(0)
}
