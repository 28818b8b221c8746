/** The measure that every engine is held to: its programs against values frozen from PyTorch. Used by tests only. */
import { readFileSync } from 'node:fs'
import {
  type ArchitectureName,
  architectureFor,
  layoutSize,
  parameterLayout,
  statisticsLayout,
} from '../../src-main/core/surrogate/architecture.js'
import type {
  Batch,
  ProgramSpec,
  SurrogateProgram,
  SurrogateState,
  Training,
  TrainStep,
} from '../../src-main/engines/engine.js'

export interface Summary {
  norm: number
  product: number
  at: number[]
  values: number[]
}

export interface FrozenStep {
  batch: number
  classes: number
  size: number
  /** Of the images: the hash's argument. */
  salt: number
  learningRate: number
  loss: number
  correct: number
  gradients: Record<string, Summary>
  nextParameters: Summary
  nextVelocity: Summary
  nextStatistics: Summary
  frozen: { loss: number; correct: number; gradient: Summary }
}

/** A net at a resolution, and what PyTorch computed for it. */
export interface ConformanceCase {
  readonly name: string
  readonly frozen: FrozenStep
  readonly spec: ProgramSpec
}

function conformanceCase(surrogate: ArchitectureName, resolution: number, stems: number): ConformanceCase {
  const name = `${surrogate}-${resolution}-${stems}`
  const url = new URL(`../fixtures/training-step-${name}.json`, import.meta.url)
  const frozen = JSON.parse(readFileSync(url, 'utf8')) as FrozenStep
  const architecture = { ...architectureFor(surrogate, resolution), stems }
  return { name, frozen, spec: { architecture, classes: frozen.classes, resolution } }
}

/**
 * Each kind of net on few pixels, for engines however slow: the net proper, one stem and two in front of it (the latter
 * with odd sides), pooling, and pooling behind a stem.
 */
export const conformanceCases: readonly ConformanceCase[] = [
  conformanceCase('compact', 8, 0),
  conformanceCase('compact', 16, 1),
  conformanceCase('compact', 28, 2),
  conformanceCase('vgg', 8, 0),
  conformanceCase('vgg', 16, 1),
]

/** Of those, what an adapter in software has time for: the net proper, stems with odd sides, pooling behind a stem. */
export const adapterCases: readonly ConformanceCase[] = conformanceCases.filter(({ name }) =>
  ['compact-8-0', 'compact-28-2', 'vgg-16-1'].includes(name),
)

/** Nets and resolutions as jobs have them, or nearly; more pixels have near-ties in almost every batch of images. */
export const fullCases: readonly ConformanceCase[] = [
  conformanceCase('compact', 64, 1),
  conformanceCase('compact', 56, 3),
  conformanceCase('vgg', 64, 1),
]

/** Uniform on [0, 1): the integer hash of test/fixtures/make_training_step.py. */
export function hashed(count: number, salt: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let h = Math.imul(i + 1 + salt * 1000003, 2654435761) >>> 0
    h = (h ^ (h >>> 15)) >>> 0
    h = Math.imul(h, 2246822519) >>> 0
    h = (h ^ (h >>> 13)) >>> 0
    return h / 2 ** 32
  })
}

function centred(count: number, salt: number, scale: number): Float32Array {
  return Float32Array.from(hashed(count, salt), (u) => (u - 0.5) * scale)
}

/** The state and the step that were frozen: everything by formula. */
export function frozenInput({ spec, frozen }: ConformanceCase): { state: SurrogateState; step: Required<TrainStep> } {
  const layout = parameterLayout(spec.architecture, spec.classes)
  const size = layoutSize(layout)
  const parameters = centred(size, 1, 0.2)
  for (const slot of layout) {
    if (slot.name.endsWith('.gain')) for (let i = 0; i < slot.size; i++) parameters[slot.offset + i]! += 1
  }
  const slots = statisticsLayout(spec.architecture)
  const statistics = new Float32Array(layoutSize(slots))
  for (const { name, offset, size } of slots) if (name.endsWith('.variance')) statistics.fill(1, offset, offset + size)
  const { batch: count, size: side, salt, classes, learningRate } = frozen
  const images = Float32Array.from(hashed(count * 3 * side * side, salt))
  const batch: Batch = { images, labels: Int32Array.from({ length: count }, (_, i) => i % classes) }
  return {
    state: { parameters, velocity: centred(size, 3, 0.01), statistics },
    step: { batch, learningRate, perturbation: centred(size, 2, 0.02) },
  }
}

/** Largest deviation of a tensor from its frozen summary, relative to the tensor's norm. */
export function deviation(actual: Float32Array, expected: Summary): number {
  const direction = hashed(actual.length, 9)
  let square = 0
  let product = 0
  actual.forEach((value, i) => {
    square += value * value
    product += value * (direction[i]! - 0.5)
  })
  const differences = [Math.sqrt(square) - expected.norm, product - expected.product]
  expected.at.forEach((index, i) => differences.push(actual[index]! - expected.values[i]!))
  return Math.max(...differences.map(Math.abs)) / expected.norm
}

/** An engine's program whose training shows its gradient. */
export interface ConformingProgram extends SurrogateProgram {
  train(from: SurrogateState): Training & { gradient(step: TrainStep): Promise<Float32Array> }
}

/** Largest relative difference from PyTorch of each thing that a program computes; of counts, the difference. */
export type Conformance = Record<(typeof MEASURES)[number], number>
export const MEASURES = [
  'loss',
  'correct',
  'gradient',
  'next parameters',
  'next velocity',
  'next statistics',
  'frozen loss',
  'frozen correct',
  'image gradient',
  'input changed',
] as const

export async function conformance(program: ConformingProgram, item: ConformanceCase): Promise<Conformance> {
  const { frozen: frozenStep, spec } = item
  const { state, step } = frozenInput(item)
  const relative = (value: number, expected: number) => Math.abs(value - expected) / expected
  const training = program.train(state)
  const gradient = await training.gradient(step)
  const { loss, correct } = await training.step(step)
  const next = await training.state()
  training.dispose()
  const gradients = parameterLayout(spec.architecture, spec.classes).map(({ name, offset, size }) =>
    deviation(gradient.subarray(offset, offset + size), frozenStep.gradients[name]!),
  )
  const parameters = state.parameters.map((value, i) => value + step.perturbation[i]!)
  const model = { parameters, statistics: next.statistics }
  const image = await program.imageGradient(model, step.batch)
  const frozenCorrect = await program.correct(model, [step.batch])
  return {
    loss: relative(loss, frozenStep.loss),
    correct: correct - frozenStep.correct,
    gradient: Math.max(...gradients),
    'next parameters': deviation(next.parameters, frozenStep.nextParameters),
    'next velocity': deviation(next.velocity, frozenStep.nextVelocity),
    'next statistics': deviation(next.statistics, frozenStep.nextStatistics),
    'frozen loss': relative(image.loss, frozenStep.frozen.loss),
    'frozen correct': frozenCorrect - frozenStep.frozen.correct,
    'image gradient': deviation(image.gradient, frozenStep.frozen.gradient),
    'input changed': changed(frozenInput(item), { state, step }),
  }
}

/** How many values of two inputs differ. */
function changed(before: ReturnType<typeof frozenInput>, after: ReturnType<typeof frozenInput>): number {
  const arrays = ({ state, step }: typeof before) => [
    state.parameters,
    state.velocity,
    state.statistics,
    step.batch.images,
    step.perturbation,
  ]
  const others = arrays(after)
  return arrays(before).reduce((sum, values, a) => sum + values.filter((v, i) => v !== others[a]![i]).length, 0)
}
