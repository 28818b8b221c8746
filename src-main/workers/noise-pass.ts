/** One pass of sign descent on the class-wise noise, for some of the classes. */
import { augment, augmentTransposed, drawAugmentation } from '../core/protect/augment.js'
import { UNCHANGED, distort, drawDistortion } from '../core/protect/distort.js'
import { addGradient, perturbed, shownNoise, signStep } from '../core/protect/noise.js'
import { keyedRandom } from '../core/random/random.js'
import type { SurrogateProgram } from '../engines/engine.js'
import { openThumbnails } from './dataset.js'
import type { NoisePassTask } from './tasks.js'

/**
 * The batches, their weight noise and augmentation are those of the whole collection, whichever classes
 * the task has: with frozen normalisation the classes do not touch each other, so a class's noise is the same, bit for
 * bit, however the classes are shared out.
 */
export async function noisePass(
  program: SurrogateProgram,
  task: NoisePassTask,
): Promise<{ classes: readonly number[]; delta: Float32Array }> {
  const { dataset, classes, seed, round, batchSize, step, sigma, model } = task
  const { resolution } = dataset.thumbnails
  const size = 3 * resolution * resolution
  const delta = task.noise.delta.slice()
  const noise = { ...task.noise, delta }
  const own = new Set(classes)
  const order = keyedRandom(seed, 'pass', round).permutation(dataset.items.length)
  const thumbnails = openThumbnails(dataset.thumbnails)
  const picture = new Float32Array(size)
  const distorted = new Float32Array(size)
  try {
    for (let batch = 0; batch * batchSize < order.length; batch++) {
      const random = keyedRandom(seed, 'pass-batch', round, batch)
      const scale = sigma * random.uniform()
      // One view for the whole batch, so that its sign step follows one picture of the noise, not a blur of many. The
      // surrogate itself is trained with a view for each picture, as an attacker's would be.
      const augmentation = drawAugmentation(random, resolution)
      const distortion = task.distorted ? drawDistortion(keyedRandom(seed, 'pass-distort', round, batch)) : UNCHANGED
      const members: { item: number; label: number }[] = []
      for (const index of order.subarray(batch * batchSize, (batch + 1) * batchSize)) {
        const label = dataset.labels[index]!
        if (own.has(label)) members.push({ item: dataset.items[index]!, label })
      }
      if (members.length === 0) continue
      const images = new Float32Array(members.length * size)
      const pullbacks = members.map(({ item, label }, n) => {
        const bytes = thumbnails.read(item)
        perturbed(bytes, shownNoise(bytes, thumbnails.opacity(item), label, noise), picture)
        const pullback = distort(picture, resolution, distortion)
        augment(picture, resolution, augmentation, images, n * size)
        return pullback
      })
      const labels = Int32Array.from(members, (member) => member.label)
      const noisy = sigma > 0 ? noisyModel(model, seed, round, batch, scale) : model
      const { gradient } = await program.imageGradient(noisy, { images, labels })
      const sums = new Map(classes.map((label) => [label, new Float32Array(size)]))
      members.forEach(({ item, label }, n) => {
        distorted.fill(0)
        augmentTransposed(gradient, n * size, resolution, augmentation, distorted)
        picture.fill(0)
        pullbacks[n]!(distorted, picture)
        const [bytes, opacity] = [thumbnails.read(item), thumbnails.opacity(item)]
        addGradient(bytes, opacity, label, noise, picture, sums.get(label)!)
      })
      for (const [label, sum] of sums)
        signStep(delta.subarray(label * size, (label + 1) * size), sum, noise.epsilon, step)
    }
  } finally {
    thumbnails.close()
  }
  const result = new Float32Array(classes.length * size)
  classes.forEach((label, i) => result.set(delta.subarray(label * size, (label + 1) * size), i * size))
  return { classes, delta: result }
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
