/** Counts of rightly classified pictures: without weight noise, and for the draws of a certificate. */
import { scales } from '../core/certify/scales.js'
import { perturbed } from '../core/protect/noise.js'
import { keyedRandom } from '../core/random/random.js'
import { parameterLayout } from '../core/surrogate/architecture.js'
import type { Batch, SurrogateProgram } from '../engines/engine.js'
import { openThumbnails } from './dataset.js'
import type { Dataset, DrawsTask, TaskInput } from './tasks.js'

/** Images evaluated at once: enough to fill the caches, few enough to stay in them. */
const CHUNK = 100

export function correctCount(program: SurrogateProgram, { dataset, model }: TaskInput<'correct'>): Promise<number> {
  return program.correct(model, batches(dataset))
}

/** θ̂ is never changed: each draw is added to it in a scratch copy. */
export async function draws(
  program: SurrogateProgram,
  { program: { spec }, dataset, model, smoothing, seed, first, count }: DrawsTask,
): Promise<{ first: number; correct: Int32Array }> {
  const layout = parameterLayout(spec.architecture, spec.classes)
  const sigma = scales(layout, model.parameters, smoothing)
  const test = [...batches(dataset)]
  const correct = new Int32Array(count)
  const noisy = new Float32Array(model.parameters.length)
  for (let d = 0; d < count; d++) {
    keyedRandom(seed, 'draw', first + d).fillGaussian(noisy)
    layout.forEach(({ offset, size }, l) => {
      for (let i = offset; i < offset + size; i++) noisy[i] = model.parameters[i]! + sigma[l]! * noisy[i]!
    })
    correct[d] = await program.correct({ parameters: noisy, statistics: model.statistics }, test)
  }
  return { first, correct }
}

/** The dataset in chunks, as floats. */
function* batches(dataset: Dataset): Generator<Batch> {
  const { resolution } = dataset.thumbnails
  const size = 3 * resolution * resolution
  const thumbnails = openThumbnails(dataset.thumbnails)
  try {
    for (let start = 0; start < dataset.items.length; start += CHUNK) {
      const items = dataset.items.subarray(start, start + CHUNK)
      const labels = dataset.labels.slice(start, start + CHUNK)
      const images = new Float32Array(items.length * size)
      items.forEach((item, n) => {
        perturbed(thumbnails.read(item), undefined, images.subarray(n * size, (n + 1) * size))
      })
      yield { images, labels }
    }
  } finally {
    thumbnails.close()
  }
}
