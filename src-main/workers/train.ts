/** A run of training steps: batches, augmentation and weight noise, each keyed by the step's number. */
import { drawAugmentation, augment } from '../core/protect/augment.js'
import { UNCHANGED, distort, drawDistortion } from '../core/protect/distort.js'
import { changeOf, fieldOf, perturbed } from '../core/protect/noise.js'
import { oneCycle } from '../core/protect/schedule.js'
import { keyedRandom } from '../core/random/random.js'
import type { SurrogateProgram } from '../engines/engine.js'
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
  const picture = new Float32Array(size)
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
        perturbed(bytes, delta, picture, task.contrast)
        distort(picture, resolution, distortion)
        augment(picture, resolution, drawAugmentation(random, resolution), images, n * size)
        labels[n] = label
      }
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
