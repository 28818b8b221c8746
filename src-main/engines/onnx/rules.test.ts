/** Every rule of the gradient table against central finite differences: in blocked and plain layout, and as for a GPU. */
import { describe, expect, it } from 'vitest'
import type { ConvSpec } from '../../core/surrogate/architecture.js'
import { hashed } from '../../../test/support/conformance.js'
import { convolutionBlock } from './block.js'
import { convolution, frozenConvolution } from './convolution.js'
import { averagePool, crossEntropyGradient, linear } from './head.js'
import { maxPool } from './max-pool.js'
import { ModelBuilder } from './model.js'
import { normalisation } from './normalisation.js'
import type { Target } from './programs.js'
import { openSession, tensor } from './session.js'
import { type Rule, Tape, type Value } from './tape.js'

const BATCH = 16
const targets: Target[] = [
  ...[...new Set([1, await convolutionBlock()])].map((block): Target => ({ block, device: 'cpu' })),
  { block: 1, device: 'gpu' },
]

interface Input {
  /** Extents without the batch; a parameter has no batch. */
  shape: readonly number[]
  parameter?: boolean
  frozen?: boolean
  /** Values ±6 instead of −1…1: added to the rest, they keep every activation away from its kink. */
  signs?: boolean
}

function random(count: number, salt: number): Float32Array {
  return Float32Array.from(hashed(count, salt), (u) => 2 * u - 1)
}

/**
 * Builds ⟨rule(inputs), r⟩ for a fixed r, and compares its directional derivatives along the gradient and along random
 * directions with (L(x + hv) − L(x − hv)) / 2h.
 */
async function check<A, S>(
  rule: Rule<A, S>,
  inputs: Input[],
  attributes: A,
  target: Target,
  step: number,
): Promise<void> {
  const model = new ModelBuilder()
  const inverseBatch = model.input('inverse_batch', [])
  const tape = new Tape({ model, ...target, inverseBatch })
  const dims = inputs.map(({ shape, parameter }) => (parameter ? [...shape] : [BATCH, ...shape]))
  const values = inputs.map(({ shape, frozen }, i): Value => {
    const value = { name: model.input(`input${i}`, dims[i]!), shape }
    return frozen ? value : tape.want(value)
  })
  const output = tape.record(rule, values, attributes)
  const outputShape = [BATCH, ...output.shape]
  const r = model.input('r', outputShape)
  tape.backward(output, r)
  model.output('y', output.name, outputShape)
  const learnt = inputs.flatMap(({ frozen }, i) => (frozen ? [] : [i]))
  for (const i of learnt) model.output(`gradient${i}`, model.reshape(tape.gradient(values[i]!), ...dims[i]!), dims[i]!)

  const session = await openSession(model.bytes(), 'cpu')
  const size = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1)
  const data = dims.map((shape, i) => {
    const values = random(size(shape), i + 20)
    return inputs[i]!.signs ? values.map((value) => 6 * Math.sign(value)) : values
  })
  const weights = random(size(outputShape), 50)
  const run = async (point: Float32Array[]) => {
    const feeds = Object.fromEntries(point.map((values, i) => [`input${i}`, tensor(values, dims[i]!)]))
    const scalar = tensor(Float32Array.of(1 / BATCH), [])
    return session.run({ ...feeds, r: tensor(weights, outputShape), inverse_batch: scalar })
  }
  const loss = (y: Float32Array) => y.reduce((sum, value, i) => sum + value * weights[i]!, 0)
  const base = await run(data)
  for (const i of learnt) {
    const gradient = base[`gradient${i}`]!.data as Float32Array
    const norm = Math.hypot(...gradient)
    for (const direction of [Float32Array.from(gradient, (g) => g / norm), random(gradient.length, 70 + i)]) {
      const along = direction.reduce((sum, v, j) => sum + v * gradient[j]!, 0)
      const at = async (h: number) => {
        const moved = data.map((values, j) => (j === i ? values.map((value, k) => value + h * direction[k]!) : values))
        return loss((await run(moved))['y']!.data as Float32Array)
      }
      const measured = ((await at(step)) - (await at(-step))) / (2 * step)
      const length = Math.hypot(...direction)
      expect(Math.abs(measured - along) / (norm * length), `input ${i}`).toBeLessThan(1e-3)
    }
  }
  await session.release()
}

describe.each(targets)('gradients for a $device, channel block $block', (target) => {
  const conv = (inChannels: number, kernel: 1 | 3, stride: 1 | 2): ConvSpec => ({
    name: 'conv',
    inChannels,
    outChannels: 32,
    kernel,
    stride,
  })
  const image = (channels: number, side = 8): Input => ({ shape: [channels, side, side] })
  const weight = (spec: ConvSpec): Input => ({
    shape: [spec.outChannels, spec.inChannels, spec.kernel, spec.kernel],
    parameter: true,
  })

  it.each([
    ['3×3', conv(16, 3, 1)],
    ['3×3, stride 2', conv(16, 3, 2)],
    ['1×1', conv(16, 1, 1)],
    ['1×1, stride 2', conv(16, 1, 2)],
    ['3×3, stride 2, odd side', conv(16, 3, 2), 7],
    ['1×1, stride 2, odd side', conv(16, 1, 2), 7],
    ['3×3 on a picture', conv(3, 3, 1)],
    ['3×3, stride 2, on a picture', conv(3, 3, 2)],
  ] as const)('convolution %s', async (_, spec, side?: number) => {
    await check(convolution, [image(spec.inChannels, side ?? 8), weight(spec)], spec, target, 0.5)
  })

  it('max pooling', () => check(maxPool, [image(32)], null, target, 1e-4))

  it.each([false, true])('frozen convolution with a residual, relu %s', async (relu) => {
    const spec = conv(16, 3, 1)
    const bias: Input = { shape: [32], parameter: true, frozen: true }
    const inputs = [image(16), { ...weight(spec), frozen: true }, bias, image(32)]
    await check(frozenConvolution, inputs, { conv: spec, relu }, target, relu ? 1e-3 : 0.5)
  })

  it.each([false, true])('normalisation with a residual, relu %s', async (relu) => {
    const channel: Input = { shape: [32], parameter: true }
    await check(normalisation, [image(32), channel, channel, { ...image(32), signs: true }], { relu }, target, 1e-2)
  })

  it('average pooling', () => check(averagePool, [image(32)], null, target, 0.5))

  it('the linear layer', async () => {
    const inputs: Input[] = [{ shape: [32] }, { shape: [5, 32], parameter: true }, { shape: [5], parameter: true }]
    await check(linear, inputs, null, target, 0.5)
  })
})

it('the gradient of the cross-entropy', async () => {
  const [rows, classes] = [4, 5]
  const model = new ModelBuilder()
  const logits = model.input('logits', [rows, classes])
  const onehot = model.input('onehot', [rows, classes])
  const emit = { model, block: 1, inverseBatch: '', device: 'cpu' as const }
  model.output('gradient', crossEntropyGradient(emit, logits, onehot), [rows, classes])
  const session = await openSession(model.bytes(), 'cpu')
  const values = random(rows * classes, 1)
  const hot = Float32Array.from({ length: rows * classes }, (_, i) => (i % classes === Math.floor(i / classes) ? 1 : 0))
  const feeds = { logits: tensor(values, [rows, classes]), onehot: tensor(hot, [rows, classes]) }
  const gradient = (await session.run(feeds))['gradient']!.data as Float32Array
  const loss = (z: Float64Array) => {
    let sum = 0
    for (let n = 0; n < rows; n++) {
      const row = z.subarray(n * classes, (n + 1) * classes)
      sum += Math.log(row.reduce((total, value) => total + Math.exp(value), 0)) - row[n]!
    }
    return sum
  }
  for (let i = 0; i < values.length; i++) {
    const moved = (h: number) => Float64Array.from(values, (value, j) => (j === i ? value + h : value))
    expect(gradient[i]!).toBeCloseTo((loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5, 5)
  }
})
