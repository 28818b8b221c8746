import { describe, expect, it } from 'vitest'
import { layoutSize, statisticsLayout } from '../../core/surrogate/architecture.js'
import { conformanceLayout, conformanceSpec, conformanceStep, deviation, frozenStep } from '../conformance.js'
import { convolutionBlock } from './block.js'
import { OnnxProgram } from './engine.js'

const RELATIVE = 1e-3
const detected = await convolutionBlock()
const blocks = [...new Set([1, detected])]

describe.each(blocks)('onnx on the CPU, channel block %i', (block) => {
  const program = new OnnxProgram(conformanceSpec, { block, fusedMatMul: block > 1 }, ['cpu'])
  const statisticsSize = layoutSize(statisticsLayout(conformanceSpec.architecture))
  const step = conformanceStep(statisticsSize)
  for (const [i, slot] of statisticsLayout(conformanceSpec.architecture).entries()) {
    if (i % 2 === 1) step.state.statistics.fill(1, slot.offset, slot.offset + slot.size)
  }

  it('computes the loss, the hits and the new state of a training step as PyTorch does', async () => {
    const { state, loss, correct } = await program.train(step)
    expect(Math.abs(loss - frozenStep.loss) / frozenStep.loss).toBeLessThan(RELATIVE)
    expect(correct).toBe(frozenStep.correct)
    expect(deviation(state.parameters, frozenStep.nextParameters)).toBeLessThan(RELATIVE)
    expect(deviation(state.velocity, frozenStep.nextVelocity)).toBeLessThan(RELATIVE)
    expect(deviation(state.statistics, frozenStep.nextStatistics)).toBeLessThan(RELATIVE)
  })

  it('computes every gradient as PyTorch does', async () => {
    const gradient = await program.parameterGradient(step)
    for (const slot of conformanceLayout()) {
      const part = gradient.subarray(slot.offset, slot.offset + slot.size)
      expect(deviation(part, frozenStep.gradients[slot.name]!), slot.name).toBeLessThan(RELATIVE)
    }
  })

  it('computes the image gradient and the hits of the frozen net as PyTorch does', async () => {
    const { state } = await program.train(step)
    const { parameters } = step.state
    const noisy = parameters.map((value, i) => value + step.perturbation![i]!)
    const model = { parameters: noisy, statistics: state.statistics }
    const { gradient, loss } = await program.imageGradient(model, step.batch)
    expect(Math.abs(loss - frozenStep.frozen.loss) / frozenStep.frozen.loss).toBeLessThan(RELATIVE)
    expect(deviation(gradient, frozenStep.frozen.gradient)).toBeLessThan(RELATIVE)
    expect(await program.correct(model, step.batch)).toBe(frozenStep.frozen.correct)
  })

  it('leaves what it was given untouched', async () => {
    const before = step.state.parameters.slice()
    await program.train(step)
    await program.correct(step.state, step.batch)
    expect(step.state.parameters).toEqual(before)
  })
})
