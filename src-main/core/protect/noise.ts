/** Class-wise error-minimising noise: how it is added to a picture, and how a gradient moves it (design §2). */
import { keyedRandom, type KeyedRandom } from '../random/random.js'
import { amplitude } from './amplitude.js'

/** Of the waves that noise starts from, in pixels of the thumbnail. */
const SHORTEST_PERIOD = 4
const LONGEST_PERIOD = 16 / 3
/** Parts of a wave in red, green and blue: those that leave a good part of it in a grey copy, */
const SIGNED = [
  [1, 1, 1],
  [1, 1, -1],
  [-1, 1, 1],
] as const
/** that which leaves all, */
const GREY = [[1, 1, 1]] as const
/** and those that leave nothing. */
const COLOURED = [
  [1, 0, -1],
  [1, -1, 0],
  [0, 1, -1],
  [1, -0.5, -0.5],
  [-0.5, 1, -0.5],
  [-0.5, -0.5, 1],
] as const

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

/** out = clip(bytes/255 + δ, 0, 1); bytes are a 3×S×S thumbnail, δ what `shownNoise` gives, or nothing. */
export function perturbed(bytes: Uint8Array, delta: Float32Array | undefined, out: Float32Array): void {
  if (!delta) for (let i = 0; i < bytes.length; i++) out[i] = bytes[i]! / 255
  else for (let i = 0; i < bytes.length; i++) out[i] = Math.min(1, Math.max(0, bytes[i]! / 255 + delta[i]!))
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

/**
 * The noise that learning starts from: for each class a secret square wave of ±ε, or two of ±ε/2, one grey and one of
 * colour. Patterns that are the same for a whole class are a shortcut by themselves (Yu et al. 2022, "Availability
 * attacks create shortcuts"); these have the scale at which pictures hold little and a surrogate sees well.
 * @param epsilon 0–1. @param grey whether half of it is grey. @returns K×3×S×S, |δ| ≤ ε.
 */
export function initialNoise(
  classes: number,
  resolution: number,
  epsilon: number,
  seed: string,
  grey = false,
): Float32Array {
  const delta = new Float32Array(classes * 3 * resolution * resolution)
  const add = (purpose: string, height: number, colours: Colours): void =>
    addWaves(delta, classes, resolution, height, colours, (...key) => keyedRandom(seed, purpose, ...key))
  if (grey) {
    add('grey-waves', epsilon / 2, GREY)
    add('coloured-waves', epsilon / 2, COLOURED)
  } else add('initial-noise', epsilon, SIGNED)
  return delta
}

type Colours = readonly (readonly [number, number, number])[]

/**
 * Adds a wave for each class. Directions, periods and colours are dealt out evenly, in a secret order: two classes whose
 * waves are alike, also in a mirror, could only be told apart by what their pictures show.
 */
function addWaves(
  delta: Float32Array,
  classes: number,
  resolution: number,
  height: number,
  colours: Colours,
  randomOf: (...key: number[]) => KeyedRandom,
): void {
  const secret = randomOf()
  const directions = secret.permutation(classes)
  const periods = secret.permutation(classes)
  const order = secret.permutation(classes)
  const turn = secret.uniform()
  let to = 0
  for (let k = 0; k < classes; k++) {
    const random = randomOf(k)
    const quarter = ((directions[k]! + turn) / classes) * (Math.PI / 2)
    const angle = random.uniform() < 0.5 ? quarter : Math.PI - quarter
    const period = SHORTEST_PERIOD + ((periods[k]! + 0.5) / classes) * (LONGEST_PERIOD - SHORTEST_PERIOD)
    const phase = random.uniform() * 2 * Math.PI
    const across = (2 * Math.PI * Math.cos(angle)) / period
    const down = (2 * Math.PI * Math.sin(angle)) / period
    for (const part of colours[order[k]! % colours.length]!)
      for (let y = 0; y < resolution; y++)
        for (let x = 0; x < resolution; x++)
          delta[to++]! += part * (Math.cos(across * x + down * y + phase) > 0 ? height : -height)
  }
}
