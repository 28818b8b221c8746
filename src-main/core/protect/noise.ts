/** Class-wise error-minimising noise: how it is added to a picture, and how a gradient moves it (design §2). */
import { amplitude } from './amplitude.js'

/** The noise of every class, and how much of it a place of a picture gets. */
export interface Noise {
  /** K×3×S×S, 0–1, |δ| ≤ ε. */
  readonly delta: Float32Array
  /** 0–1. */
  readonly epsilon: number
  /** Whether places where the eye would see it get less (amplitude.ts). */
  readonly masked: boolean
}

/** How opaque the places of a picture are, S×S, 0–255; null: wholly. */
export type Opacity = Uint8Array | null

/** What is added to one picture: its share a(x) of the noise of its class. @returns 3×S×S, 0–1, not to be changed. */
export function pictureNoise(bytes: Uint8Array, label: number, noise: Noise): Float32Array {
  return shownNoise(bytes, null, label, noise)
}

/** What of it is seen once the picture lies on white, as it does in its thumbnail. @returns as `pictureNoise` */
export function shownNoise(bytes: Uint8Array, opacity: Opacity, label: number, noise: Noise): Float32Array {
  return shared(bytes, label, noise, shareOf(bytes, opacity, noise))
}

/** Share of the noise that each place shows, S×S; null: all of it. */
function shareOf(bytes: Uint8Array, opacity: Opacity, { epsilon, masked }: Noise): Float32Array | null {
  const seen = opacity?.some((value) => value < 255) ? Float32Array.from(opacity, (value) => value / 255) : null
  if (!masked) return seen
  const share = amplitude(bytes, 255 * epsilon)
  if (seen) weigh(share, seen)
  return share
}

function shared(bytes: Uint8Array, label: number, { delta }: Noise, share: Float32Array | null): Float32Array {
  const own = delta.subarray(label * bytes.length, (label + 1) * bytes.length)
  if (!share) return own
  const weighed = own.slice()
  weigh(weighed, share)
  return weighed
}

/** Multiplies each of the channels by the same S×S weights, in place. */
function weigh(channels: Float32Array, weights: Float32Array): void {
  for (let i = 0; i < channels.length; i++) channels[i]! *= weights[i % weights.length]!
}

/**
 * out = clip(x + δ, 0, 1), x being bytes/255 with its distance from mid-grey times `contrast`. `bytes` are a 3×S×S
 * thumbnail, δ what `shownNoise` gives, or nothing.
 */
export function perturbed(bytes: Uint8Array, delta: Float32Array | undefined, out: Float32Array, contrast = 1): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = contrast === 1 ? bytes[i]! / 255 : 0.5 + contrast * (bytes[i]! / 255 - 0.5)
    out[i] = delta ? Math.min(1, Math.max(0, value + delta[i]!)) : value
  }
}

/**
 * Takes a gradient by the perturbed picture back to the noise of its class, and adds it to `sum`: nothing where the
 * picture was clipped, and the place's share elsewhere. `gradient` (3×S×S) is used up.
 */
export function addGradient(
  bytes: Uint8Array,
  opacity: Opacity,
  label: number,
  noise: Noise,
  gradient: Float32Array,
  sum: Float32Array,
): void {
  const share = shareOf(bytes, opacity, noise)
  const delta = shared(bytes, label, noise, share)
  if (share) weigh(gradient, share)
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i]! / 255 + delta[i]!
    if (value >= 0 && value <= 1) sum[i]! += gradient[i]!
  }
}

/** δ ← clip(δ − step·sign(gradient), ±ε), in place; ε, the step and δ in 0–1. */
export function signStep(delta: Float32Array, gradient: Float32Array, epsilon: number, step: number): void {
  for (let i = 0; i < delta.length; i++) {
    const moved = delta[i]! - step * Math.sign(gradient[i]!)
    delta[i] = Math.min(epsilon, Math.max(-epsilon, moved))
  }
}
