/** Batch normalisation with batch statistics (Ioffe & Szegedy 2015), fused with the residual sum and the activation. */
import { convolve, maskedBy } from './convolution.js'
import { NORM_EPSILON } from './layout.js'
import type { Emitter, Rule, Value } from './tape.js'

export interface NormOptions {
  readonly relu: boolean
}

interface Saved {
  readonly mean: string
  /** 1/√(variance + ε). */
  readonly inverse: string
  /** gain/√(variance + ε). */
  readonly scale: string
  readonly variance: string
}

/** Σ over batch and pixels, per channel. */
function channelSum(emit: Emitter, x: Value): string {
  const { model, block } = emit
  const [channels, height, width] = x.shape as [number, number, number]
  const rows = model.op('ReduceSum', [model.reshape(x.name, -1, height * width, block), model.ints(1)], { keepdims: 0 })
  return model.op('ReduceSum', [model.reshape(rows, -1, channels), model.ints(0)], { keepdims: 0 })
}

/**
 * Σ over batch and pixels of x·y, per channel. On the CPU it is the diagonal of x'ᵀy', block by block: the matrix
 * product does b times the work that is needed, and is still several times faster than writing x·y out and reading it
 * again.
 */
function channelProducts(emit: Emitter, x: string, y: string, shape: readonly number[]): string {
  const { model, block } = emit
  if (emit.device === 'gpu') return channelSum(emit, { name: model.op('Mul', [x, y]), shape })
  const [channels, height, width] = shape as [number, number, number]
  const pixels = height * width
  const right = model.reshape(y, -1, pixels, block)
  const left = model.reshape(x, -1, pixels, block)
  const gram = model.op('FusedMatMul', [left, right], { transA: 1 }, 'com.microsoft')
  const perImage = model.reshape(gram, -1, channels * block)
  const summed = model.op('ReduceSum', [perImage, model.ints(0)], { keepdims: 0 })
  if (block === 1) return summed
  const eye = Array.from({ length: block * block }, (_, i) => (i % (block + 1) === 0 ? 1 : 0))
  const diagonal = model.op('Mul', [
    model.reshape(summed, channels / block, block, block),
    model.floats(eye, [block, block]),
  ])
  return model.reshape(model.op('ReduceSum', [diagonal, model.ints(2)], { keepdims: 0 }), channels)
}

/** act(x·scale + shift + residual), one factor and one summand a channel. */
function scaleShift(
  emit: Emitter,
  x: Value,
  scale: string,
  shift: string | undefined,
  rest: { residual?: string | undefined; relu?: boolean } = {},
): string {
  const { model, block } = emit
  const channels = x.shape[0]!
  if (block > 1) {
    const weight = model.reshape(scale, channels, 1, 1, 1)
    return convolve(emit, x.name, weight, { kernel: [1, 1], groups: channels, bias: shift, ...rest })
  }
  let y = model.op('Mul', [x.name, model.reshape(scale, 1, channels, 1, 1)])
  if (shift !== undefined) y = model.op('Add', [y, model.reshape(shift, 1, channels, 1, 1)])
  if (rest.residual !== undefined) y = model.op('Add', [y, rest.residual])
  return rest.relu ? model.op('Relu', [y]) : y
}

/** 1/(N·H·W) as a scalar tensor. */
function inverseCount(emit: Emitter, shape: readonly number[]): string {
  return emit.model.op('Mul', [emit.inverseBatch, emit.model.floats([1 / (shape[1]! * shape[2]!)])])
}

/** Inputs: x, gain, bias and, where there is one, the residual: act((x − mean)/√(variance+ε)·gain + bias + residual). */
export const normalisation: Rule<NormOptions, Saved> = {
  forward: (emit, [x, gain, bias, residual], { relu }) => {
    const { model } = emit
    const op = (type: string, ...inputs: string[]) => model.op(type, inputs)
    const share = inverseCount(emit, x!.shape)
    const mean = op('Mul', channelSum(emit, x!), share)
    const square = op('Mul', channelProducts(emit, x!.name, x!.name, x!.shape), share)
    const variance = op('Relu', op('Sub', square, op('Mul', mean, mean)))
    const inverse = op('Reciprocal', op('Sqrt', op('Add', variance, model.floats([NORM_EPSILON]))))
    const scale = op('Mul', gain!.name, inverse)
    const shift = op('Sub', bias!.name, op('Mul', mean, scale))
    const name = scaleShift(emit, x!, scale, shift, { residual: residual?.name, relu })
    return { output: { name, shape: x!.shape }, saved: { mean, inverse, scale, variance } }
  },
  // With g the gradient behind the activation, x̂ the normalised x and M = N·H·W:
  // dbias = Σg, dgain = Σg·x̂, dx = scale·(g − dbias/M − x̂·dgain/M), written as scale·g + slope·x + offset.
  gradient: (emit, { inputs: [x, , , residual], output, attributes, saved }, dy, wanted, accumulated) => {
    const { model } = emit
    const op = (type: string, ...inputs: string[]) => model.op(type, inputs)
    const g: Value = { name: attributes.relu ? maskedBy(emit, dy, output.name) : dy, shape: x!.shape }
    const biasGradient = channelSum(emit, g)
    const products = channelProducts(emit, g.name, x!.name, x!.shape)
    const gainGradient = op('Mul', saved.inverse, op('Sub', products, op('Mul', saved.mean, biasGradient)))
    let toInput: string | undefined
    if (wanted[0]) {
      const share = inverseCount(emit, x!.shape)
      const pull = op('Mul', op('Mul', saved.scale, saved.inverse), op('Mul', gainGradient, share))
      const slope = op('Neg', pull)
      const offset = op('Sub', op('Mul', pull, saved.mean), op('Mul', op('Mul', saved.scale, biasGradient), share))
      const direct = scaleShift(emit, g, saved.scale, offset)
      toInput = scaleShift(emit, x!, slope, undefined, { residual: direct })
      if (accumulated[0] !== undefined) toInput = op('Add', toInput, accumulated[0])
    }
    let toResidual = residual && wanted[3] ? g.name : undefined
    if (toResidual !== undefined && accumulated[3] !== undefined) toResidual = op('Add', toResidual, accumulated[3])
    return [toInput, wanted[1] ? gainGradient : undefined, wanted[2] ? biasGradient : undefined, toResidual]
  },
}
