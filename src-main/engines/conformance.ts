/** The measure that every engine is held to: its programs against values frozen from PyTorch. Used by tests only. */
import { readFileSync } from 'node:fs'
import {
  ARCHITECTURES,
  type TensorSlot,
  layoutSize,
  parameterLayout,
  statisticsLayout,
} from '../core/surrogate/architecture.js'
import type { Batch, ProgramSpec, SurrogateProgram, SurrogateState, Training, TrainStep } from './engine.js'

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
  learningRate: number
  loss: number
  correct: number
  gradients: Record<string, Summary>
  nextParameters: Summary
  nextVelocity: Summary
  nextStatistics: Summary
  frozen: { loss: number; correct: number; gradient: Summary }
}

const FIXTURE = new URL('../../test/fixtures/training-step.json', import.meta.url)
export const frozenStep = JSON.parse(readFileSync(FIXTURE, 'utf8')) as FrozenStep
export const conformanceSpec: ProgramSpec = {
  architecture: ARCHITECTURES.compact,
  classes: frozenStep.classes,
  resolution: frozenStep.size,
}

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

export function conformanceLayout(): TensorSlot[] {
  return parameterLayout(conformanceSpec.architecture, conformanceSpec.classes)
}

/** The state and the step that were frozen: everything by formula. */
export function frozenInput(): { state: SurrogateState; step: Required<TrainStep> } {
  const layout = conformanceLayout()
  const size = layoutSize(layout)
  const parameters = centred(size, 1, 0.2)
  for (const slot of layout) {
    if (slot.name.endsWith('.gain')) for (let i = 0; i < slot.size; i++) parameters[slot.offset + i]! += 1
  }
  const slots = statisticsLayout(conformanceSpec.architecture)
  const statistics = new Float32Array(layoutSize(slots))
  for (const { name, offset, size } of slots) if (name.endsWith('.variance')) statistics.fill(1, offset, offset + size)
  const { batch: count, size: side, classes, learningRate } = frozenStep
  const images = Float32Array.from(hashed(count * 3 * side * side, 4))
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

export async function conformance(program: ConformingProgram): Promise<Conformance> {
  const { state, step } = frozenInput()
  const relative = (value: number, expected: number) => Math.abs(value - expected) / expected
  const training = program.train(state)
  const gradient = await training.gradient(step)
  const { loss, correct } = await training.step(step)
  const next = await training.state()
  training.dispose()
  const gradients = conformanceLayout().map(({ name, offset, size }) =>
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
    'input changed': changed(frozenInput(), { state, step }),
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
