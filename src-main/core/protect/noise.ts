/** Class-wise error-minimising noise: how it is added to a picture, and how a gradient moves it (design §2). */
import { keyedRandom } from '../random/random.js'
import { amplitude } from './amplitude.js'

/** Of the waves that noise starts from, in pixels of the thumbnail. */
const SHORTEST_PERIOD = 4
const LONGEST_PERIOD = 16 / 3
/** Parts of a wave in red, green and blue: one channel against the two others, */
const OPPOSED = [
  [1, 1, -1],
  [1, -1, 1],
  [-1, 1, 1],
] as const
/** all alike, which a grey copy keeps, */
const GREY = [[1, 1, 1]] as const
/** and those of which a grey copy has next to nothing. */
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
    addWaves(delta, resolution, height, dealtWaves(seed, purpose, classes, colours))
  if (grey) {
    add(GREY_WAVES, epsilon / 2, GREY)
    add(COLOURED_WAVES, epsilon / 2, COLOURED)
  } else add(WAVES, epsilon, OPPOSED)
  return delta
}

/**
 * Brings the noise of each class back to the mix of channels that its wave had: at each place to the mean of the three,
 * each with its sign. Left alone, learning brings all classes to green against the two others, where pictures hold
 * least, and a new surrogate then takes longer to tell them apart.
 * @param delta K×3×S×S; the result has the same layout. @param seed as `initialNoise` had, without `grey`
 */
export function keepColours(delta: Float32Array, classes: number, seed: string): Float32Array {
  const area = delta.length / (3 * classes)
  const out = new Float32Array(delta.length)
  dealtWaves(seed, WAVES, classes, OPPOSED).forEach(({ colour }, k) => {
    const [red, green, blue] = [3 * k * area, (3 * k + 1) * area, (3 * k + 2) * area]
    for (let i = 0; i < area; i++) {
      const sum = colour[0] * delta[red + i]! + colour[1] * delta[green + i]! + colour[2] * delta[blue + i]!
      out[red + i] = (colour[0] * sum) / 3
      out[green + i] = (colour[1] * sum) / 3
      out[blue + i] = (colour[2] * sum) / 3
    }
  })
  return out
}

/** Keys of the random choices for each kind of wave. */
const [WAVES, GREY_WAVES, COLOURED_WAVES] = ['initial-noise', 'grey-waves', 'coloured-waves'] as const

type Colour = readonly [number, number, number]
type Colours = readonly Colour[]

interface Wave {
  readonly colour: Colour
  /** Of the direction in which it runs, radians. */
  readonly angle: number
  /** Pixels of the thumbnail. */
  readonly period: number
  /** Radians. */
  readonly phase: number
}

/**
 * A wave for each class. Directions, periods and colours are dealt out evenly, in a secret order: two classes whose
 * waves are alike, also in a mirror, could only be told apart by what their pictures show.
 */
function dealtWaves(seed: string, purpose: string, classes: number, colours: Colours): Wave[] {
  const secret = keyedRandom(seed, purpose)
  const directions = secret.permutation(classes)
  const periods = secret.permutation(classes)
  const order = secret.permutation(classes)
  const turn = secret.uniform()
  return Array.from({ length: classes }, (_, k) => {
    const random = keyedRandom(seed, purpose, k)
    const quarter = ((directions[k]! + turn) / classes) * (Math.PI / 2)
    return {
      colour: colours[order[k]! % colours.length]!,
      angle: random.uniform() < 0.5 ? quarter : Math.PI - quarter,
      period: SHORTEST_PERIOD + ((periods[k]! + 0.5) / classes) * (LONGEST_PERIOD - SHORTEST_PERIOD),
      phase: random.uniform() * 2 * Math.PI,
    }
  })
}

function addWaves(delta: Float32Array, resolution: number, height: number, waves: readonly Wave[]): void {
  let to = 0
  for (const { colour, angle, period, phase } of waves) {
    const across = (2 * Math.PI * Math.cos(angle)) / period
    const down = (2 * Math.PI * Math.sin(angle)) / period
    for (const part of colour)
      for (let y = 0; y < resolution; y++)
        for (let x = 0; x < resolution; x++)
          delta[to++]! += part * (Math.cos(across * x + down * y + phase) > 0 ? height : -height)
  }
}
