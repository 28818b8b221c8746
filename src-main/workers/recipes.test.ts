/** The recipes over the real engine: what does not depend on how the work is cut up, and what is learnt. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { perturbed } from '../core/protect/noise.js'
import { COLOURED, initialNoise } from '../core/protect/waves.js'
import { keyedRandom } from '../core/random/random.js'
import { architectureFor } from '../core/surrogate/architecture.js'
import { initialState } from '../core/surrogate/initialise.js'
import { openThumbnails } from './dataset.js'
import { correctCount, draws } from './evaluate.js'
import { noisePass } from './noise-pass.js'
import { programFor } from './programs.js'
import type { Dataset, NoisePassTask, Program, TrainTask } from './tasks.js'
import { train } from './train.js'

const CLASSES = 3
const PER_CLASS = 16
const S = 16
const folder = mkdtempSync(join(tmpdir(), 'fixative-recipes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const program: Program = {
  engine: 'cpu',
  spec: { architecture: architectureFor('compact', S), classes: CLASSES, resolution: S },
}
const surrogate = await programFor(program)

/** Grey noise with a bright third of the picture that tells the class. */
function makeDataset(): Dataset {
  const random = keyedRandom('test', 'pictures')
  const count = CLASSES * PER_CLASS
  const bytes = Uint8Array.from({ length: count * 3 * S * S }, (_, i) => {
    const row = Math.floor((i % (S * S)) / S)
    const label = Math.floor(i / (3 * S * S)) % CLASSES
    return random.integer(100) + (Math.floor((row * CLASSES) / S) === label ? 120 : 0)
  })
  const path = join(folder, 'thumbnails')
  writeFileSync(path, bytes)
  const items = Int32Array.from({ length: count }, (_, i) => i)
  return { thumbnails: { path, resolution: S }, items, labels: items.map((i) => i % CLASSES) }
}

const dataset = makeDataset()
const start = initialState(program.spec.architecture, CLASSES, 'test')
const task: TrainTask = {
  program,
  dataset,
  contrast: 1,
  state: start,
  seed: 'test',
  firstStep: 0,
  steps: 30,
  batchSize: 16,
  learningRate: { kind: 'one-cycle', peak: 0.1, totalSteps: 30 },
  distorted: false,
  weightNoise: { kind: 'fixed', sigma: 0.02 },
}
const trained = await train(surrogate, task)

it('training learns the classes, and leaves the state that it started from alone', async () => {
  const model = trained.state
  expect(await correctCount(surrogate, { program, dataset, model })).toBeGreaterThanOrEqual(0.9 * dataset.items.length)
  expect(start).toEqual(initialState(program.spec.architecture, CLASSES, 'test'))
})

it('training in two pieces ends where training in one ends', async () => {
  const half = await train(surrogate, { ...task, steps: 13 })
  const rest = await train(surrogate, { ...task, state: half.state, firstStep: 13, steps: 17 })
  expect(rest.state).toEqual(trained.state)
})

it('a noise pass gives each class the same noise, however the classes are shared out', async () => {
  const epsilon = 8 / 255
  const pass: Omit<NoisePassTask, 'classes'> = {
    program,
    dataset,
    model: trained.state,
    noise: { delta: initialNoise(CLASSES, S, epsilon, 'test', COLOURED), epsilon, masked: true },
    seed: 'test',
    round: 0,
    batchSize: 20,
    step: epsilon / 5,
    sigma: 0.05,
    distorted: true,
  }
  const together = await noisePass(surrogate, { ...pass, classes: [0, 1, 2] })
  const first = await noisePass(surrogate, { ...pass, classes: [2, 0] })
  const second = await noisePass(surrogate, { ...pass, classes: [1] })
  const size = 3 * S * S
  expect(together.delta.subarray(0, size)).toEqual(first.delta.subarray(size))
  expect(together.delta.subarray(size, 2 * size)).toEqual(second.delta)
  expect(together.delta.subarray(2 * size)).toEqual(first.delta.subarray(0, size))
  expect(Math.max(...together.delta.map(Math.abs))).toBeLessThanOrEqual(Math.fround(epsilon))
  expect(together.delta).not.toEqual(pass.noise.delta)
})

it('learns no noise where no picture would show it', async () => {
  const opacity = join(folder, 'opacity')
  const clear = (place: number): boolean => place % S < S / 2
  writeFileSync(
    opacity,
    Uint8Array.from({ length: dataset.items.length * S * S }, (_, i) => (clear(i) ? 0 : 255)),
  )
  const delta = new Float32Array(CLASSES * 3 * S * S)
  const epsilon = 8 / 255
  const pass = { seed: 'test', round: 0, batchSize: 16, step: epsilon / 5, sigma: 0, distorted: false }
  const learnt = await noisePass(surrogate, {
    program,
    dataset: { ...dataset, thumbnails: { ...dataset.thumbnails, opacity } },
    model: trained.state,
    noise: { delta, epsilon, masked: false },
    classes: [0, 1, 2],
    ...pass,
  })
  const changed = [...learnt.delta].map((value, i) => (value === 0 ? 'no' : clear(i) ? 'clear' : 'opaque'))
  expect(changed).not.toContain('clear')
  expect(changed.filter((where) => where === 'opaque').length).toBeGreaterThan(0.4 * changed.length)
})

it('sign descent lowers the loss of the surrogate on the protected pictures', async () => {
  const model = (await train(surrogate, { ...task, steps: 15 })).state
  const epsilon = 8 / 255
  const size = 3 * S * S
  const loss = async (delta: Float32Array) => {
    const images = new Float32Array(dataset.items.length * size)
    const thumbnails = openThumbnails(dataset.thumbnails)
    dataset.labels.forEach((label, i) => {
      const noise = delta.subarray(label * size, (label + 1) * size)
      perturbed(thumbnails.read(i), noise, images.subarray(i * size, (i + 1) * size))
    })
    thumbnails.close()
    return (await surrogate.imageGradient(model, { images, labels: dataset.labels })).loss
  }
  let delta: Float32Array = new Float32Array(CLASSES * size)
  const before = await loss(delta)
  for (let round = 0; round < 4; round++) {
    const noise = { delta, epsilon, masked: false }
    const options = { seed: 'test', round, batchSize: 16, step: epsilon / 5, sigma: 0, distorted: false }
    delta = (await noisePass(surrogate, { program, dataset, model, noise, classes: [0, 1, 2], ...options })).delta
  }
  expect(await loss(delta)).toBeLessThan(0.9 * before)
})

it('draws depend on their index alone, and never change the surrogate', async () => {
  const model = trained.state
  const before = model.parameters.slice()
  const plan = { program, dataset, model, smoothing: { kind: 'isotropic', sigma: 0.05 } as const, seed: 'test' }
  const all = await draws(surrogate, { ...plan, first: 0, count: 8 })
  const late = await draws(surrogate, { ...plan, first: 5, count: 3 })
  expect(late.correct).toEqual(all.correct.subarray(5))
  expect(new Set(all.correct).size).toBeGreaterThan(1)
  expect(model.parameters).toEqual(before)
})

it('without noise to speak of, every draw scores like the surrogate', async () => {
  const model = trained.state
  const plain = await correctCount(surrogate, { program, dataset, model })
  const smoothing = { kind: 'layer-scaled', sigma: 1e-6 } as const
  const { correct } = await draws(surrogate, { program, dataset, model, smoothing, seed: 'test', first: 0, count: 3 })
  expect([...correct]).toEqual([plain, plain, plain])
})

it('names the damaged file when the thumbnails are gone', async () => {
  const lost = { ...dataset, thumbnails: { ...dataset.thumbnails, path: join(folder, 'nowhere') } }
  await expect(train(surrogate, { ...task, dataset: lost })).rejects.toMatchObject({ code: 'thumbnails-missing' })
})
