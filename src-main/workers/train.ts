/** A run of training steps: batches, augmentation and weight noise, each keyed by the step's number. */
import { drawAugmentation, augment } from '../core/protect/augment.js'
import { UNCHANGED, distort, drawDistortion } from '../core/protect/distort.js'
import { changeOf, fieldOf, perturbed } from '../core/protect/noise.js'
import { oneCycle } from '../core/protect/schedule.js'
import { cutout, mixup } from '../core/stress/pixels.js'
import { keyedRandom } from '../core/random/random.js'
import type { Batch, SurrogateProgram, Training } from '../engines/engine.js'
import { epochOrder, openNoise, openThumbnails } from './dataset.js'
import type { TrainResult, TrainTask } from './tasks.js'

export async function train(program: SurrogateProgram, task: TrainTask): Promise<TrainResult> {
  const { dataset, noise, seed, batchSize } = task
  const { resolution } = dataset.thumbnails
  const size = 3 * resolution * resolution
  const thumbnails = openThumbnails(dataset.thumbnails)
  const files = noise && openNoise(noise, resolution)
  const position = epochOrder(dataset.items.length, seed)
  const images = new Float32Array(batchSize * size)
  const labels = new Int32Array(batchSize)
  const image = new Float32Array(size)
  const training = program.train(task.state)
  let loss = 0
  let correct = 0
  try {
    for (let step = task.firstStep; step < task.firstStep + task.steps; step++) {
      const random = keyedRandom(seed, 'augment', step)
      const distortion = task.distorted ? drawDistortion(keyedRandom(seed, 'distort', step)) : UNCHANGED
      for (let n = 0; n < batchSize; n++) {
        const index = position(step * batchSize + n)
        const label = dataset.labels[index]!
        const item = dataset.items[index]!
        const bytes = thumbnails.read(item)
        const delta =
          files && label < noise.classes
            ? changeOf(fieldOf(files.field(item)), files.budget(item), thumbnails.opacity(item))
            : undefined
        perturbed(bytes, delta, image, task.contrast)
        distort(image, resolution, distortion)
        augment(image, resolution, drawAugmentation(random, resolution), images, n * size)
        labels[n] = label
      }
      await vary(program, training, task, step, { images, labels })
      const perturbation = weightNoise(task, step)
      const result = await training.step({
        batch: { images, labels },
        learningRate: learningRate(task, step),
        ...(perturbation ? { perturbation } : {}),
      })
      loss += result.loss
      correct += result.correct
    }
    return { state: await training.state(), loss: loss / task.steps, accuracy: correct / (task.steps * batchSize) }
  } finally {
    training.dispose()
    thumbnails.close()
    files?.close()
  }
}

/** Does the task's variation to a batch, in place. */
async function vary(
  program: SurrogateProgram,
  training: Training,
  { variation, seed, dataset }: TrainTask,
  step: number,
  batch: Batch,
): Promise<void> {
  if (!variation) return
  const { images, labels } = batch
  const random = keyedRandom(seed, variation.kind, step)
  if (variation.kind === 'adversarial') {
    // One step of the fast gradient sign method (Goodfellow et al. 2015).
    const { epsilon } = variation
    const { gradient } = await program.imageGradient(await training.state(), batch)
    gradient.forEach((g, i) => {
      images[i] = Math.min(1, Math.max(0, images[i]! + epsilon * Math.sign(g)))
    })
  } else if (variation.kind === 'mixup') mixup(images, labels, random)
  else for (let n = 0; n < labels.length; n++) cutout(images, n, dataset.thumbnails.resolution, random)
}

function learningRate({ learningRate: schedule }: TrainTask, step: number): number {
  return schedule.kind === 'constant' ? schedule.value : oneCycle(step, schedule.totalSteps, schedule.peak)
}

function weightNoise({ weightNoise: plan, seed, state }: TrainTask, step: number): Float32Array | undefined {
  if (plan.kind === 'none') return undefined
  const random = keyedRandom(seed, 'weight-noise', step)
  const scale = plan.kind === 'uniform-scale' ? plan.sigma * random.uniform() : plan.sigma
  const noise = new Float32Array(state.parameters.length)
  random.fillGaussian(noise, scale)
  return noise
}
