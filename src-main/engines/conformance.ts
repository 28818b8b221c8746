/** The measure that every engine is held to: its programs against values frozen from PyTorch. Used by tests only. */
import { readFileSync } from 'node:fs'
import { ARCHITECTURES, type TensorSlot, parameterLayout } from '../core/surrogate/architecture.js'
import type { Batch, ProgramSpec, SurrogateState, TrainStep } from './engine.js'

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

/** The step that was frozen: parameters, perturbation, velocity, images and labels by formula. */
export function conformanceStep(statisticsSize: number): TrainStep {
  const layout = conformanceLayout()
  const size = layout.reduce((sum, slot) => sum + slot.size, 0)
  const parameters = centred(size, 1, 0.2)
  for (const slot of layout) {
    if (slot.name.endsWith('.gain')) for (let i = 0; i < slot.size; i++) parameters[slot.offset + i]! += 1
  }
  const statistics = new Float32Array(statisticsSize)
  const state: SurrogateState = { parameters, velocity: centred(size, 3, 0.01), statistics }
  const { batch, size: side, classes, learningRate } = frozenStep
  const images = Float32Array.from(hashed(batch * 3 * side * side, 4))
  const labels = Int32Array.from({ length: batch }, (_, i) => i % classes)
  const step: Batch = { images, labels }
  return { state, batch: step, learningRate, perturbation: centred(size, 2, 0.02) }
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
