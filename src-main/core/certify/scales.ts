/** Standard deviation of the weight noise for each tensor of the surrogate. */
import type { TensorSlot } from '../surrogate/architecture.js'

/** The distribution of the weight noise. */
export interface Smoothing {
  /** isotropic: σ·N(0, I). layer-scaled: tensor l gets ρ·RMS(θ̂_l)·N(0, I) with ρ = sigma. */
  readonly kind: 'isotropic' | 'layer-scaled'
  readonly sigma: number
}

/** Smallest layer-scaled deviation, as a share of ρ: a tensor of zeros is perturbed too. */
const FLOOR = 1e-3

/** isotropic: σ for every tensor; layer-scaled: ρ·RMS(θ̂_l), at least ρ·FLOOR. One value for each slot of the layout. */
export function scales(layout: readonly TensorSlot[], parameters: Float32Array, smoothing: Smoothing): Float64Array {
  return Float64Array.from(layout, ({ offset, size }) => {
    if (smoothing.kind === 'isotropic') return smoothing.sigma
    let square = 0
    for (let i = offset; i < offset + size; i++) square += parameters[i]! ** 2
    return smoothing.sigma * Math.max(FLOOR, Math.sqrt(square / size))
  })
}
