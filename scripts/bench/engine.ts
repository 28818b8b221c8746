/** How fast surrogates are trained and evaluated, beside the matrix products that they consist of. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyedRandom } from '../../src-main/core/random/random.js'
import {
  type Architecture,
  architectureFor,
  network,
  unitConvolutions,
} from '../../src-main/core/surrogate/architecture.js'
import { initialState } from '../../src-main/core/surrogate/initialise.js'
import type { Dataset, Program } from '../../src-main/workers/tasks.js'
import { RUNS, median, round, seconds } from './figures.js'
import { CORES, atOnce, numberFrom, startPool } from './processes.js'

export const BATCH = 128
export const RESOLUTION = 32
export const TEST_IMAGES = 300
const CLASSES = 10
const IMAGES = 1000

/** Floating-point operations of one image's forward pass: two for each multiply-add of the convolutions. */
function forwardFlops(architecture: Architecture): number {
  const net = network(architecture)
  let side = RESOLUTION
  let flops = 0
  for (const unit of net.units) {
    const convs = unitConvolutions(unit)
    side = Math.ceil(side / (unit.kind === 'pool' ? 2 : convs[0]!.stride))
    for (const conv of convs) flops += 2 * conv.outChannels * conv.inChannels * conv.kernel ** 2 * side ** 2
  }
  return flops + 2 * CLASSES * net.features
}

/** Matrix products by as many processes at once. @returns GFLOP/s of all together. */
async function peakGflops(processes: number): Promise<number> {
  const runs: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const all = await atOnce(() => numberFrom('peak.ts'), processes)
    runs.push(all.reduce((sum, gflops) => sum + gflops))
  }
  return median(runs)
}

function dataset(folder: string, count: number): Dataset {
  const size = 3 * RESOLUTION ** 2
  const path = join(folder, `thumbnails-${count}.raw`)
  const random = keyedRandom('bench', 'pixels', count)
  writeFileSync(
    path,
    Uint8Array.from({ length: count * size }, () => random.integer(256)),
  )
  const items = Int32Array.from({ length: count }, (_, i) => i)
  return { thumbnails: { path, resolution: RESOLUTION }, items, labels: items.map((i) => i % CLASSES) }
}

/** @param folder for files that the workers read */
export async function surrogate(folder: string) {
  const gemm = await peakGflops(1)
  const gemmOfAll = await peakGflops(CORES)
  const architecture = architectureFor('compact', RESOLUTION)
  const program: Program = { engine: 'cpu', spec: { architecture, classes: CLASSES, resolution: RESOLUTION } }
  const state = initialState(architecture, CLASSES, 'bench')
  const [train, test] = [dataset(folder, IMAGES), dataset(folder, TEST_IMAGES)]
  const pool = startPool()
  const steps = 10
  const trainOnce = () =>
    pool.run('train', {
      program,
      dataset: train,
      contrast: 1,
      state,
      seed: 'bench',
      firstStep: 0,
      steps,
      batchSize: BATCH,
      learningRate: { kind: 'constant', value: 0.01 },
      distorted: false,
      weightNoise: { kind: 'fixed', sigma: 0.05 },
    })
  const drawCount = 10
  const drawsOnce = (worker: number) =>
    pool.run('draws', {
      program,
      dataset: test,
      model: state,
      smoothing: { kind: 'isotropic', sigma: 0.05 },
      seed: 'bench',
      first: worker * drawCount,
      count: drawCount,
    })
  const evaluateOnce = () => pool.run('correct', { program, dataset: train, model: state })
  try {
    const one = (steps * BATCH) / (await seconds(trainOnce))
    const all = (CORES * steps * BATCH) / (await seconds(() => atOnce(trainOnce)))
    const evaluation = (CORES * IMAGES) / (await seconds(() => atOnce(evaluateOnce)))
    const draws = (CORES * drawCount) / (await seconds(() => atOnce(drawsOnce)))
    const drawsOne = drawCount / (await seconds(() => drawsOnce(0)))
    // Backward costs two passes of the size of the forward one: by the weights, and by the layer's input.
    const gflops = (one * 3 * forwardFlops(architecture)) / 1e9
    return {
      surrogate: { architecture: 'compact', resolution: RESOLUTION, classes: CLASSES },
      training: { imagesPerSecond: round(all), imagesPerSecondOneProcess: round(one), batch: BATCH },
      evaluation: { imagesPerSecond: round(evaluation) },
      draws: {
        drawsPerSecond: round(draws),
        drawsPerSecondOneProcess: round(drawsOne),
        testImages: TEST_IMAGES,
        imagesPerSecond: round(draws * TEST_IMAGES),
        allProcessesOverOne: round(draws / drawsOne),
      },
      matrixProduct: {
        peakGflopsOneThread: round(gemm),
        allProcessesOverOne: round(gemmOfAll / gemm),
        trainingGflopsOneProcess: round(gflops),
        trainingShare: round(gflops / gemm),
        drawsShare: round((drawsOne * TEST_IMAGES * forwardFlops(architecture)) / 1e9 / gemm),
      },
    }
  } finally {
    await pool.close()
  }
}
