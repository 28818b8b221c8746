/**
 * How tensors lie in memory.
 *
 * ONNX Runtime's fast CPU convolutions want channels in blocks of b (16 with AVX-512, 8 with AVX2): an activation
 * N×C×H×W is stored as N×(C/b)×H×W×b, a weight O×I×k×k as (O/b)×(I/b)×k×k×b×b. They are normally chosen by the
 * runtime's optimiser, and only for constant weights; ours change at every step, so the graphs name them directly and
 * the weights are laid out here. With b = 1 both forms are the plain ones, so the same builder serves every provider.
 */
import {
  type ConvSpec,
  type TensorSlot,
  convolutions,
  network,
  parameterLayout,
} from '../../core/surrogate/architecture.js'
import type { ProgramSpec } from '../engine.js'

export const NORM_EPSILON = 1e-5

/** Input channels of one weight block: the image's three channels are never blocked. */
export function inputBlock(conv: Pick<ConvSpec, 'inChannels'>, block: number): number {
  return conv.inChannels % block === 0 ? block : 1
}

/** For each float of a blocked O×I×k×k weight, where it lies in the plain one. */
export function weightOrder(conv: ConvSpec, block: number): Int32Array {
  const { outChannels, inChannels, kernel } = conv
  const inBlock = inputBlock(conv, block)
  const taps = kernel * kernel
  const order = new Int32Array(outChannels * inChannels * taps)
  let to = 0
  for (let ob = 0; ob < outChannels / block; ob++)
    for (let ib = 0; ib < inChannels / inBlock; ib++)
      for (let tap = 0; tap < taps; tap++)
        for (let i = 0; i < inBlock; i++)
          for (let o = 0; o < block; o++) order[to++] = ((ob * block + o) * inChannels + ib * inBlock + i) * taps + tap
  return order
}

/** For each float of the packed parameter vector, where it lies in the plain one (`parameterLayout`). */
export function parameterOrder(spec: ProgramSpec, block: number): Int32Array {
  const layout = parameterLayout(spec.architecture, spec.classes)
  const convs = new Map(convolutions(network(spec.architecture)).map((c) => [`${c.name}.weight`, c]))
  const parts = layout.map((slot) => {
    const conv = convs.get(slot.name)
    const order = conv ? weightOrder(conv, block) : Int32Array.from({ length: slot.size }, (_, i) => i)
    return order.map((i) => i + slot.offset)
  })
  const order = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    order.set(part, offset)
    offset += part.length
  }
  return order
}

/** out[i] = values[order[i]]. */
export function gather(values: Float32Array, order: Int32Array): Float32Array {
  const out = new Float32Array(order.length)
  for (let i = 0; i < order.length; i++) out[i] = values[order[i]!]!
  return out
}

/** out[order[i]] = values[i]: the inverse of `gather`. */
export function scatter(values: Float32Array, order: Int32Array): Float32Array {
  const out = new Float32Array(order.length)
  for (let i = 0; i < order.length; i++) out[order[i]!] = values[i]!
  return out
}

/** Where each tensor lies in the folded vector: per convolution weight and bias, then the head. */
export function foldedLayout(spec: ProgramSpec): TensorSlot[] {
  let offset = 0
  return parameterLayout(spec.architecture, spec.classes)
    .filter((slot) => !slot.name.endsWith('.gain'))
    .map((slot) => {
      const moved = { ...slot, offset }
      offset += slot.size
      return moved
    })
}

/**
 * Folds frozen batch normalisation into the convolutions (Jacob et al. 2018, section 3.2) and lays the result out in blocks:
 * w' = w·gain/√(variance+ε), b' = bias − mean·gain/√(variance+ε).
 */
export function folder(
  spec: ProgramSpec,
  block: number,
): (parameters: Float32Array, statistics: Float32Array) => Float32Array {
  const slots = new Map(parameterLayout(spec.architecture, spec.classes).map((slot) => [slot.name, slot.offset]))
  const target = foldedLayout(spec)
  const convs = convolutions(network(spec.architecture)).map((conv) => ({
    conv,
    order: weightOrder(conv, block),
    weight: slots.get(`${conv.name}.weight`)!,
    gain: slots.get(`${conv.name}.gain`)!,
    bias: slots.get(`${conv.name}.bias`)!,
  }))
  const head = slots.get('head.weight')!
  const size = target.reduce((sum, slot) => sum + slot.size, 0)
  return (parameters, statistics) => {
    const out = new Float32Array(size)
    let to = 0
    let at = 0
    for (const { conv, order, weight, gain, bias } of convs) {
      const { outChannels, inChannels, kernel } = conv
      const perOutput = inChannels * kernel * kernel
      const plain = new Float32Array(outChannels * perOutput)
      const biasStart = to + plain.length
      for (let o = 0; o < outChannels; o++) {
        const mean = statistics[at + o]!
        const scale = parameters[gain + o]! / Math.sqrt(statistics[at + outChannels + o]! + NORM_EPSILON)
        const row = weight + o * perOutput
        for (let i = 0; i < perOutput; i++) plain[o * perOutput + i] = parameters[row + i]! * scale
        out[biasStart + o] = parameters[bias + o]! - mean * scale
      }
      for (let i = 0; i < plain.length; i++) out[to + i] = plain[order[i]!]!
      to = biasStart + outChannels
      at += 2 * outChannels
    }
    out.set(parameters.subarray(head), to)
    return out
  }
}
