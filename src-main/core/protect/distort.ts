/**
 * What happens to pictures between publication and training: they are made grey, softened, shrunk, brightened and
 * compressed. Noise that is learnt through these operations survives them ("expectation over transformation",
 * Athalye et al. 2018). Each operation comes with its transpose, through which gradients come back to the noise.
 *
 * All pictures are 3×S×S, channel-first, sRGB-encoded, 0–1, flat.
 */
import type { KeyedRandom } from '../random/random.js'
import { compress } from './jpeg.js'

/** Adds the gradient by the picture before the operation to `into`, given the gradient by the picture after it. */
export type Pullback = (gradient: Float32Array, into: Float32Array) => void

export type Distortion =
  | { readonly kind: 'none' | 'grey' | 'half-size' }
  /** Gaussian; radius is the standard deviation as a share of the side. */
  | { readonly kind: 'blur'; readonly radius: number }
  /** x ← gain·x + offset. */
  | { readonly kind: 'light'; readonly gain: number; readonly offset: number }
  | { readonly kind: 'jpeg'; readonly quality: number }

export const UNCHANGED: Distortion = { kind: 'none' }

/** Share of the batches that each kind of change is made to; the rest are left as they are. */
const SHARES = { grey: 0.25, jpeg: 0.2, blur: 0.08, 'half-size': 0.07, light: 0.1 } as const

/** The change that a whole batch is seen through. */
export function drawDistortion(random: KeyedRandom): Distortion {
  let left = random.uniform()
  const [first, second] = [random.uniform(), random.uniform()]
  for (const [kind, share] of Object.entries(SHARES) as [keyof typeof SHARES, number][]) {
    left -= share
    if (left >= 0) continue
    if (kind === 'blur') return { kind, radius: 0.015 + 0.03 * first }
    if (kind === 'light') return { kind, gain: 0.8 + 0.4 * first, offset: 0.2 * second - 0.1 }
    if (kind === 'jpeg') return { kind, quality: Math.round(30 + 60 * first) }
    return { kind }
  }
  return UNCHANGED
}

/** Changes `picture` in place. @returns how gradients go back through what was done to it. */
export function distort(picture: Float32Array, resolution: number, distortion: Distortion): Pullback {
  switch (distortion.kind) {
    case 'none':
      return add
    case 'grey':
      return grey(picture)
    case 'light':
      return light(picture, distortion.gain, distortion.offset)
    case 'jpeg':
      return compress(picture, resolution, distortion.quality)
    case 'blur':
      return separable(picture, resolution, gaussian(resolution, distortion.radius * resolution))
    case 'half-size':
      return separable(picture, resolution, halfAndBack(resolution))
  }
}

function add(gradient: Float32Array, into: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) into[i]! += gradient[i]!
}

/** Luma of ITU-R BT.601, as JPEG and most libraries make pictures grey. */
const LUMA = [0.299, 0.587, 0.114] as const

function grey(picture: Float32Array): Pullback {
  const area = picture.length / 3
  for (let i = 0; i < area; i++) {
    const luma = LUMA[0] * picture[i]! + LUMA[1] * picture[area + i]! + LUMA[2] * picture[2 * area + i]!
    picture[i] = picture[area + i] = picture[2 * area + i] = luma
  }
  return (gradient, into) => {
    for (let i = 0; i < area; i++) {
      const sum = gradient[i]! + gradient[area + i]! + gradient[2 * area + i]!
      LUMA.forEach((weight, c) => (into[c * area + i]! += weight * sum))
    }
  }
}

function light(picture: Float32Array, gain: number, offset: number): Pullback {
  const inside = new Uint8Array(picture.length)
  for (let i = 0; i < picture.length; i++) {
    const value = gain * picture[i]! + offset
    inside[i] = value >= 0 && value <= 1 ? 1 : 0
    picture[i] = Math.min(1, Math.max(0, value))
  }
  return (gradient, into) => {
    for (let i = 0; i < gradient.length; i++) into[i]! += gain * inside[i]! * gradient[i]!
  }
}

/** Row i holds the weights that output i gives to each input: S×S, rows sum to 1. */
type Weights = Float32Array

/** Applies the same weights along rows and columns of each channel. */
function separable(picture: Float32Array, side: number, weights: Weights): Pullback {
  const transposed = transpose(weights, side)
  for (let c = 0; c < 3; c++) {
    const channel = picture.subarray(c * side * side, (c + 1) * side * side)
    channel.set(both(channel, side, weights))
  }
  return (gradient, into) => {
    for (let c = 0; c < 3; c++) {
      const [from, to] = [c * side * side, (c + 1) * side * side]
      add(both(gradient.subarray(from, to), side, transposed), into.subarray(from, to))
    }
  }
}

/** W·X·Wᵀ. */
function both(channel: Float32Array, side: number, weights: Weights): Float32Array {
  return transpose(product(weights, transpose(product(weights, channel, side), side), side), side)
}

/** W·X, skipping the zeros of W, which is a narrow band. */
function product(weights: Weights, channel: Float32Array, side: number): Float32Array {
  const out = new Float32Array(side * side)
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const weight = weights[i * side + j]!
      if (weight !== 0) for (let x = 0; x < side; x++) out[i * side + x]! += weight * channel[j * side + x]!
    }
  return out
}

function transpose(matrix: Float32Array, side: number): Float32Array {
  const out = new Float32Array(side * side)
  for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) out[j * side + i] = matrix[i * side + j]!
  return out
}

/** Gaussian of standard deviation `radius` pixels, cut off at three of them; edges are repeated. */
function gaussian(side: number, radius: number): Weights {
  const weights = new Float32Array(side * side)
  const reach = Math.max(1, Math.ceil(3 * radius))
  let total = 0
  for (let d = -reach; d <= reach; d++) total += Math.exp(-((d / radius) ** 2) / 2)
  for (let i = 0; i < side; i++)
    for (let d = -reach; d <= reach; d++) {
      const j = Math.min(side - 1, Math.max(0, i + d))
      weights[i * side + j]! += Math.exp(-((d / radius) ** 2) / 2) / total
    }
  return weights
}

/** Means of pairs, then linear interpolation back to the old size. */
function halfAndBack(side: number): Weights {
  const weights = new Float32Array(side * side)
  const half = side / 2
  for (let i = 0; i < side; i++) {
    const at = (i - 0.5) / 2
    const low = Math.floor(at)
    for (const [pair, share] of [
      [low, 1 - (at - low)],
      [low + 1, at - low],
    ] as const) {
      const inside = Math.min(half - 1, Math.max(0, pair))
      weights[i * side + 2 * inside]! += share / 2
      weights[i * side + 2 * inside + 1]! += share / 2
    }
  }
  return weights
}
