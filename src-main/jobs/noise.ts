/** The job's noise: what it is learnt from, and where it is kept. */
import { z } from 'zod'
import { RECIPES } from '../core/protect/recipe.js'
import { roundBudget, warmUpRounds } from '../core/protect/schedule.js'
import type { Dataset } from '../workers/tasks.js'
import { learnCheckpoint } from './checkpoints.js'
import type { Job } from './job.js'
import { datasetOf, epsilonShare, formatOf, keyOf, programOf, smoothingOf } from './plan.js'
import type { Progress } from './run.js'
import type { LabelledPicture } from './stages/label.js'
import { learnNoise } from './stages/learn.js'
import { OPACITY_FILE, ORIGINALS_FILE } from './stages/thumbnails.js'

export const NOISE_FILE = 'noise.bin'
const LEARN_FILE = 'learn.bin'
const noiseSchema = z.strictObject({ key: z.string() })

/** The pictures as they are when noise is added: it shows only where they are opaque, unless they are laid on white. */
function noisyDataset({ record, folder }: Job, pictures: readonly LabelledPicture[]): Dataset {
  const dataset = datasetOf(folder, ORIGINALS_FILE, record.settings.resolution, pictures)
  if (formatOf(record) === 'jpeg') return dataset
  return { ...dataset, thumbnails: { ...dataset.thumbnails, opacity: folder.file(OPACITY_FILE) } }
}

/**
 * Learns the noise of each class from the training pictures.
 *
 * One class alone gives a classifier nothing to tell apart. Its noise is then learnt against an imaginary second class
 * of the same pictures, so that it becomes a mark that says "this class" more plainly than the pictures do.
 *
 * @returns K×3×S×S, 0–1, |δ| ≤ ε.
 */
export async function learnStage(
  job: Job,
  classes: number,
  train: readonly LabelledPicture[],
  progress: Progress,
): Promise<Float32Array> {
  const { record, folder, context, compute } = job
  const { settings, seed } = record
  const pictures = classes > 1 ? train : [...train, ...train.map((picture) => ({ ...picture, label: 1 }))]
  const program = programOf(settings, Math.max(2, classes))
  const dataset = noisyDataset(job, pictures)
  const recipe = RECIPES[settings.method]
  const rounds = context.effort?.rounds ?? roundBudget(dataset.items.length)
  const warmUp = context.effort?.warmUp ?? warmUpRounds(rounds)
  const key = keyOf(seed, warmUp, rounds, dataset.items, dataset.labels)
  const stored = await folder.readTensors(NOISE_FILE, noiseSchema)
  if (stored?.meta.key === key && stored.tensors['delta']) return stored.tensors['delta']

  const learnt = await learnNoise(
    job.run,
    {
      program,
      dataset,
      recipe,
      seed,
      rounds,
      warmUp,
      roundSteps: context.effort?.roundSteps,
      batchSize: context.effort?.batchSize,
      epsilon: epsilonShare(settings),
      masked: settings.masking === 'jnd',
      sigma: smoothingOf(settings).sigma,
      get workers() {
        return compute.lanes
      },
    },
    learnCheckpoint(folder, LEARN_FILE, key),
    progress,
  )
  const delta = learnt.subarray(0, (learnt.length / program.spec.classes) * classes)
  await folder.writeTensors(NOISE_FILE, { key }, { delta })
  await folder.removeFile(LEARN_FILE)
  return delta
}
