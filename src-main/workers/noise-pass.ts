/** The fields of the noise: what they start from, and one pass of sign descent on each picture's own. */
import { augment, augmentTransposed, drawAugmentation } from '../core/protect/augment.js'
import { carrierField, spacingOf } from '../core/protect/carriers.js'
import { UNCHANGED, distort, drawDistortion } from '../core/protect/distort.js'
import { changeOf, fieldGradient, fieldOf, perturbed, signStep, storedField } from '../core/protect/noise.js'
import { bandPass } from '../core/protect/spectrum.js'
import { keyedRandom } from '../core/random/random.js'
import type { SurrogateProgram } from '../engines/engine.js'
import { openNoise, openThumbnails } from './dataset.js'
import type { CarriersTask, NoisePassTask, TaskOutput } from './tasks.js'

export function carrierFields({ carriers, resolution, seed, images }: CarriersTask): Int8Array {
  const area = resolution * resolution
  const spacing = spacingOf(carriers)
  const fields = new Int8Array(images.length * area)
  images.forEach(({ key, label }, i) => {
    fields.set(storedField(carrierField(seed, key, carriers[label]!, spacing, resolution)), i * area)
  })
  return fields
}

/**
 * Each batch has its own weight noise and view, keyed by its place in the pass, and with frozen normalisation pictures do
 * not touch each other: a field comes out the same, bit for bit, however the batches are shared out.
 */
export async function noisePass(program: SurrogateProgram, task: NoisePassTask): Promise<TaskOutput<'noisePass'>> {
  const { dataset, seed, round, batchSize, firstBatch, batches } = task
  const area = dataset.thumbnails.resolution ** 2
  const order = keyedRandom(seed, 'pass', round).permutation(dataset.items.length)
  const own = order.subarray(firstBatch * batchSize, (firstBatch + batches) * batchSize)
  const items = Int32Array.from(own, (index) => dataset.items[index]!)
  const fields = new Int8Array(own.length * area)
  const thumbnails = openThumbnails(dataset.thumbnails)
  const noise = openNoise(task.noise, dataset.thumbnails.resolution)
  const keep = bandPass(task.band, dataset.thumbnails.resolution)
  try {
    for (let batch = 0; batch < batches; batch++) {
      const start = batch * batchSize
      const members = own.subarray(start, start + batchSize)
      if (members.length === 0) break
      const stepped = await descend(program, task, firstBatch + batch, members, thumbnails, noise)
      stepped.forEach((field, n) => fields.set(storedField(keep(field)), (start + n) * area))
    }
  } finally {
    thumbnails.close()
    noise.close()
  }
  return { items, fields }
}

/** One sign step on the fields of a batch. @param members indices of the dataset */
async function descend(
  program: SurrogateProgram,
  { dataset, model, seed, round, step, sigma, distorted }: NoisePassTask,
  batch: number,
  members: Int32Array,
  thumbnails: ReturnType<typeof openThumbnails>,
  noise: ReturnType<typeof openNoise>,
): Promise<Float32Array[]> {
  const { resolution } = dataset.thumbnails
  const size = 3 * resolution * resolution
  const random = keyedRandom(seed, 'pass-batch', round, batch)
  const scale = sigma * random.uniform()
  const distortion = distorted ? drawDistortion(keyedRandom(seed, 'pass-distort', round, batch)) : UNCHANGED
  const images = new Float32Array(members.length * size)
  const image = new Float32Array(size)
  const views = Array.from(members, (index, n) => {
    const item = dataset.items[index]!
    const bytes = thumbnails.read(item)
    const field = fieldOf(noise.field(item))
    const delta = changeOf(field, noise.budget(item), thumbnails.opacity(item))
    perturbed(bytes, delta, image)
    const pullback = distort(image, resolution, distortion)
    const augmentation = drawAugmentation(random, resolution)
    augment(image, resolution, augmentation, images, n * size)
    return { item, field, delta, pullback, augmentation }
  })
  const labels = Int32Array.from(members, (index) => dataset.labels[index]!)
  const noisy = sigma > 0 ? noisyModel(model, seed, round, batch, scale) : model
  const { gradient } = await program.imageGradient(noisy, { images, labels })
  const distortedGradient = new Float32Array(size)
  return views.map(({ item, field, delta, pullback, augmentation }, n) => {
    distortedGradient.fill(0)
    augmentTransposed(gradient, n * size, resolution, augmentation, distortedGradient)
    image.fill(0)
    pullback(distortedGradient, image)
    const bytes = thumbnails.read(item)
    signStep(field, fieldGradient(bytes, delta, noise.budget(item), thumbnails.opacity(item), image), step)
    return field
  })
}

function noisyModel(
  model: NoisePassTask['model'],
  seed: string,
  round: number,
  batch: number,
  scale: number,
): NoisePassTask['model'] {
  const parameters = new Float32Array(model.parameters.length)
  keyedRandom(seed, 'pass-noise', round, batch).fillGaussian(parameters, scale)
  for (let i = 0; i < parameters.length; i++) parameters[i]! += model.parameters[i]!
  return { parameters, statistics: model.statistics }
}
