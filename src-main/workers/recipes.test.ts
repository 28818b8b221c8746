/** The recipes over the real engine: what does not depend on how the work is cut up, and what is learnt. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { budgetOf, changeOf, fieldOf, perturbed } from '../core/protect/noise.js'
import { keyedRandom } from '../core/random/random.js'
import { architectureFor } from '../core/surrogate/architecture.js'
import { initialState } from '../core/surrogate/initialise.js'
import { openThumbnails } from './dataset.js'
import { correctCount, draws } from './evaluate.js'
import { carrierFields, noisePass } from './noise-pass.js'
import { programFor } from './programs.js'
import type { Dataset, NoiseFiles, NoisePassTask, Program, TrainTask } from './tasks.js'
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
const COUNT = dataset.items.length

/** Stores fields for every picture, which may change by ±40 in blue against yellow anywhere. */
function noiseOf(fields: Int8Array, name: string): NoiseFiles {
  const files = { fields: join(folder, `${name}.i8`), budgets: join(folder, 'budgets'), classes: CLASSES }
  writeFileSync(files.fields, fields)
  const ofOne = [...new Array<number>(S * S).fill(160), ...new Array<number>(S * S).fill(0)]
  writeFileSync(
    files.budgets,
    Uint8Array.from({ length: COUNT * 2 * S * S }, (_, i) => ofOne[i % (2 * S * S)]!),
  )
  return files
}
const still = noiseOf(new Int8Array(COUNT * S * S), 'still')
const pass: NoisePassTask = {
  program,
  dataset,
  model: initialState(program.spec.architecture, CLASSES, 'test'),
  noise: still,
  seed: 'test',
  round: 0,
  batchSize: 20,
  firstBatch: 0,
  batches: Math.ceil(COUNT / 20),
  step: 0.2,
  sigma: 0.05,
  band: { low: 0, high: S },
  distorted: false,
}
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

it('noise starts from waves that a picture keeps whatever stands beside it', () => {
  const carriers = [
    { across: 3, down: 2 },
    { across: 2, down: 4 },
  ]
  const make = (...labels: number[]) =>
    carrierFields({
      carriers,
      resolution: S,
      seed: 'test',
      images: labels.map((label, i) => ({
        key: `${label} ${labels.slice(0, i).filter((l) => l === label).length}`,
        label,
      })),
    })
  const [together, alone] = [make(0, 1, 0), make(1)]
  expect(together.subarray(S * S, 2 * S * S)).toEqual(alone)
  expect(together.subarray(0, S * S)).not.toEqual(together.subarray(2 * S * S))
  expect(Math.min(...together.map(Math.abs))).toBeGreaterThan(100)
})

it('a noise pass gives each picture the same field, however the batches are shared out', async () => {
  const whole: NoisePassTask = { ...pass, model: trained.state, distorted: true }
  const together = await noisePass(surrogate, whole)
  const first = await noisePass(surrogate, { ...whole, batches: 1 })
  const rest = await noisePass(surrogate, { ...whole, firstBatch: 1, batches: 2 })
  expect([...together.items].sort((a, b) => a - b)).toEqual([...dataset.items])
  expect(together.items).toEqual(Int32Array.of(...first.items, ...rest.items))
  expect(together.fields).toEqual(Int8Array.of(...first.fields, ...rest.fields))
  expect(together.fields.some((value) => value !== 0)).toBe(true)
})

it('a noise pass keeps to its band', async () => {
  const { fields } = await noisePass(surrogate, { ...pass, model: trained.state, band: { low: 2, high: S } })
  for (let i = 0; i < COUNT; i++) {
    const field = fieldOf(fields.subarray(i * S * S, (i + 1) * S * S))
    // Rounding to 127ths leaves a little.
    expect(Math.abs(field.reduce((a, b) => a + b) / field.length)).toBeLessThan(2e-3)
  }
})

it('learns no noise where no picture would show it', async () => {
  const opacity = join(folder, 'opacity')
  const clear = (place: number): boolean => place % S < S / 2
  writeFileSync(
    opacity,
    Uint8Array.from({ length: COUNT * S * S }, (_, i) => (clear(i) ? 0 : 255)),
  )
  const learnt = await noisePass(surrogate, {
    ...pass,
    model: trained.state,
    dataset: { ...dataset, thumbnails: { ...dataset.thumbnails, opacity } },
  })
  const changed = [...learnt.fields].map((value, i) => (value === 0 ? 'no' : clear(i) ? 'clear' : 'opaque'))
  expect(changed).not.toContain('clear')
  expect(changed.filter((where) => where === 'opaque').length).toBeGreaterThan(0.4 * changed.length)
})

it('sign descent lowers the loss of the surrogate on the protected pictures', async () => {
  const model = (await train(surrogate, { ...task, steps: 15 })).state
  const size = 3 * S * S
  const budget = budgetOf(new Uint8Array([...new Array<number>(S * S).fill(160), ...new Array<number>(S * S).fill(0)]))
  const loss = async (fields: Int8Array) => {
    const images = new Float32Array(COUNT * size)
    const thumbnails = openThumbnails(dataset.thumbnails)
    dataset.items.forEach((item) => {
      const delta = changeOf(fieldOf(fields.subarray(item * S * S, (item + 1) * S * S)), budget, null)
      perturbed(thumbnails.read(item), delta, images.subarray(item * size, (item + 1) * size))
    })
    thumbnails.close()
    return (await surrogate.imageGradient(model, { images, labels: dataset.labels })).loss
  }
  const fields = new Int8Array(COUNT * S * S)
  const before = await loss(fields)
  for (let round = 0; round < 4; round++) {
    const noise = noiseOf(fields, `round ${round}`)
    const next = await noisePass(surrogate, { ...pass, model, noise, round, sigma: 0 })
    next.items.forEach((item, i) => fields.set(next.fields.subarray(i * S * S, (i + 1) * S * S), item * S * S))
  }
  expect(await loss(fields)).toBeLessThan(0.9 * before)
})

it('training shows noise to the classes that have some, and to no others', async () => {
  const loud = noiseOf(new Int8Array(COUNT * S * S).fill(127), 'loud')
  const states = await Promise.all(
    [0, 1, CLASSES].map((classes) => train(surrogate, { ...task, steps: 2, noise: { ...loud, classes } })),
  )
  const plain = await train(surrogate, { ...task, steps: 2 })
  expect(states[0]!.state).toEqual(plain.state)
  expect(states[1]!.state).not.toEqual(plain.state)
  expect(states[2]!.state).not.toEqual(states[1]!.state)
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
