/**
 * How fast this machine is, as JSON: medians of at least five runs.
 *
 *   npm run bench                                   the engine and the export
 *   npm run bench -- --whole FOLDER [--runs 1]      also the whole job on FOLDER, with stages and peak memory
 *   npm run bench -- --scale 500,1000,2000 [--megapixels 1.2]   also how each stage grows with generated pictures
 *
 * With Debian's python3-torch and a peer program (FIXATIVE_PEER) its figures and the ratios.
 */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { parseArgs, promisify } from 'node:util'
import { median, round } from './bench/figures.js'
import { runPeer, scale, wholeJob } from './bench/job.js'
import { source } from './bench/source.js'
import { PYTHON } from './python.js'

const { architectureFor, network, unitConvolutions } = await source('core/surrogate/architecture.ts')
const { carrierField } = await source('core/protect/carriers.ts')
const { storedField } = await source('core/protect/noise.ts')
const { initialState } = await source('core/surrogate/initialise.ts')
const { keyedRandom } = await source('core/random/random.ts')
const { createPool } = await source('workers/pool.ts')
const { MEMORY, nodeTransport } = await source('workers/transport.ts')

const execute = promisify(execFile)
const RUNS = 5
const BATCH = 128
const CLASSES = 10
const RESOLUTION = 32
/** Mean FLIP to which the export scales its noise. */
const VISIBILITY = 0.1
const IMAGES = 1000
const TEST_IMAGES = 300
const cores = availableParallelism()
const folder = mkdtempSync(join(tmpdir(), 'fixative-bench-'))

/** Median seconds of `RUNS` runs, after one to warm up. */
async function seconds(work) {
  const times = []
  for (let i = 0; i <= RUNS; i++) {
    const start = performance.now()
    await work(i)
    if (i > 0) times.push((performance.now() - start) / 1000)
  }
  return median(times)
}

/** Floating-point operations of one image's forward pass: two for each multiply-add of the convolutions. */
function forwardFlops(architecture) {
  const net = network(architecture)
  let side = RESOLUTION
  let flops = 0
  for (const unit of net.units) {
    const convs = unitConvolutions(unit)
    side = Math.ceil(side / (unit.kind === 'pool' ? 2 : convs[0].stride))
    for (const conv of convs) flops += 2 * conv.outChannels * conv.inChannels * conv.kernel ** 2 * side ** 2
  }
  return flops + 2 * CLASSES * net.features
}

/** What a program of bench/ prints, as a process with the memory of a worker. */
async function numberFrom(program, ...args) {
  const file = fileURLToPath(new URL(`./bench/${program}`, import.meta.url))
  const { stdout } = await execute(process.execPath, [file, ...args], { env: { ...MEMORY, ...process.env } })
  return Number(stdout)
}

/** Matrix products by as many processes at once. @returns GFLOP/s of all together. */
async function peakGflops(processes) {
  const runs = []
  for (let i = 0; i < RUNS; i++) {
    const all = await Promise.all(Array.from({ length: processes }, () => numberFrom('peak.js')))
    runs.push(all.reduce((sum, gflops) => sum + gflops))
  }
  return median(runs)
}

function dataset(count) {
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

async function surrogate(gemm, gemmOfAll) {
  const architecture = architectureFor('compact', RESOLUTION)
  const program = { engine: 'cpu', spec: { architecture, classes: CLASSES, resolution: RESOLUTION } }
  const state = initialState(architecture, CLASSES, 'bench')
  const [train, test] = [dataset(IMAGES), dataset(TEST_IMAGES)]
  const pool = createPool({
    transport: nodeTransport(new URL('../src-main/workers/entry.ts', import.meta.url)),
    size: cores,
  })
  const everywhere = (task) => Promise.all(Array.from({ length: cores }, (_, worker) => task(worker)))
  const steps = 10
  const trainOnce = () =>
    pool.run('train', {
      program,
      dataset: train,
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
  const drawsOnce = (worker) =>
    pool.run('draws', {
      program,
      dataset: test,
      model: state,
      smoothing: { kind: 'isotropic', sigma: 0.05 },
      seed: 'bench',
      first: worker * drawCount,
      count: drawCount,
    })
  try {
    const one = (steps * BATCH) / (await seconds(trainOnce))
    const all = (cores * steps * BATCH) / (await seconds(() => everywhere(trainOnce)))
    const evaluation =
      (cores * IMAGES) /
      (await seconds(() => everywhere(() => pool.run('correct', { program, dataset: train, model: state }))))
    const draws = (cores * drawCount) / (await seconds(() => everywhere(drawsOnce)))
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

/** What the bare codec is asked for; the first is sharp's own choice, the others are how Fixative encodes. */
const BARE = {
  jpeg: {
    defaults: { quality: 95, chromaSubsampling: '4:4:4' },
    sameOptions: { quality: 95, chromaSubsampling: '4:4:4', optimiseCoding: false },
  },
  png: { defaults: {} },
}

/** Export of an 8-megapixel picture by each worker at once, beside as many bare decodings and encodings. */
async function exporting(format) {
  const [width, height] = [3264, 2448]
  const from = join(folder, `picture.${format}`)
  const to = (core) => join(folder, `written-${core}.${format}`)
  const noise = { type: 'gaussian', mean: 128, sigma: 60 }
  const picture = sharp({ create: { width, height, channels: 3, background: '#888', noise } }).blur(3)
  await picture.toFormat(format, format === 'jpeg' ? { quality: 92 } : {}).toFile(from)
  const encoding = { format: 'keep', quality: null, metadata: 'keep', reserve: 'none' }
  const everywhere = (work) => Promise.all(Array.from({ length: cores }, (_, core) => work(core)))
  const megapixels = (cores * width * height) / 1e6
  const pool = createPool({
    transport: nodeTransport(new URL('../src-main/workers/entry.ts', import.meta.url)),
    size: cores,
  })
  try {
    const eyes = { visibility: VISIBILITY, brightness: false }
    const read = await pool.run('thumbnails', { sources: [from], resolution: RESOLUTION, eyes })
    const field = storedField(carrierField('bench', 'picture', { across: 6, down: 8 }, 1, RESOLUTION))
    const noiseOf = { field, budget: read.items[0].budget, resolution: RESOLUTION, visibility: VISIBILITY }
    const exportOne = (core) => pool.run('exportImage', { source: from, target: to(core), ...noiseOf, ...encoding })
    const full = await seconds(() => everywhere(exportOne))
    const one = await seconds(() => exportOne(0))
    const bare = {}
    for (const [name, options] of Object.entries(BARE[format])) {
      const asked = [format, JSON.stringify(options), String(2 * RUNS)]
      const time = median(await everywhere((core) => numberFrom('bare.js', from, to(core), ...asked)))
      bare[name] = { megapixelsPerSecond: round(megapixels / time), ratio: round(time / full) }
    }
    return {
      megapixelsPerSecond: round(megapixels / full),
      megapixelsPerSecondOnePicture: round(megapixels / cores / one),
      bareSharp: bare,
    }
  } finally {
    await pool.close()
  }
}

/** The PyTorch peer's program, or the reason why it cannot run. */
function findPeer() {
  const program = process.env.FIXATIVE_PEER
  if (!program || !existsSync(program)) return { skipped: 'no peer program (set FIXATIVE_PEER)' }
  if (spawnSync(PYTHON, ['-c', 'import torch']).status !== 0) return { skipped: `${PYTHON} has no torch` }
  return { program }
}

/** What the PyTorch peer reaches with the same number of threads. */
function peer({ program, skipped }) {
  if (skipped) return { skipped }
  const runs = (batch) =>
    Array.from({ length: RUNS }, () => runPeer(program, 'bench', '--px', String(RESOLUTION), '--batch', String(batch)))
  const figure = (results, name) => median(results.map((result) => result[name]))
  try {
    const training = runs(BATCH)
    // Its evaluation perturbs the weights once a batch; with the test pictures as one batch that is a draw.
    const draws = figure(runs(TEST_IMAGES), 'eval_images_per_s') / TEST_IMAGES
    return {
      trainingImagesPerSecond: round(figure(training, 'train_images_per_s')),
      evaluationImagesPerSecond: round(figure(training, 'eval_images_per_s')),
      drawsPerSecond: round(draws),
      matrixProductGflops: round(figure(training, 'gemm_gflops')),
    }
  } catch (cause) {
    return { skipped: cause.message }
  }
}

const { values: options } = parseArgs({
  options: {
    whole: { type: 'string' },
    runs: { type: 'string', default: '1' },
    scale: { type: 'string' },
    megapixels: { type: 'string', default: '1.2' },
  },
})

try {
  const found = findPeer()
  if (found.skipped) console.error(`The comparison with PyTorch is left out: ${found.skipped}.`)
  const own = await surrogate(await peakGflops(1), await peakGflops(cores))
  const picture = { jpeg: await exporting('jpeg'), png: await exporting('png') }
  const other = peer(found)
  const ratios =
    'skipped' in other
      ? null
      : {
          training: round(own.training.imagesPerSecond / other.trainingImagesPerSecond),
          draws: round(own.draws.drawsPerSecond / other.drawsPerSecond),
        }
  const machine = { processor: cpus()[0]?.model.trim(), cores, node: process.version, runs: RUNS }
  const whole = options.whole && (await wholeJob(options.whole, found.program, folder, Number(options.runs)))
  const counts = options.scale?.split(',').map(Number)
  const growth = counts && (await scale(folder, counts, Number(options.megapixels)))
  const all = { machine, ...own, export: picture, peer: other, ratios, wholeJob: whole, scale: growth }
  console.log(JSON.stringify(all, null, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
