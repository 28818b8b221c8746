/** The waves that noise starts from: a secret one for each class, dealt out so that no two are alike (design §2). */
import { keyedRandom } from '../random/random.js'

/** Signs of a wave in red, green and blue. */
type Mix = readonly [1 | -1, 1 | -1, 1 | -1]

/** What sets the waves of one recipe apart from those of another. */
export interface WaveKind {
  readonly mixes: readonly Mix[]
  /** Periods, pixels of the thumbnail. */
  readonly shortest: number
  readonly longest: number
}

/** One channel against the two others, which pictures themselves hold little of. */
export const COLOURED: WaveKind = {
  mixes: [
    [1, 1, -1],
    [1, -1, 1],
    [-1, 1, 1],
  ],
  shortest: 4,
  longest: 16 / 3,
}

/**
 * Yellow against blue, which is light against dark: a grey copy keeps three quarters of it, and a surrogate sees it in
 * colour. Finer than the coloured ones, because pictures hold more brightness than colour at any scale.
 */
export const BRIGHT: WaveKind = { mixes: [[1, 1, -1]], shortest: 3.4, longest: 4.4 }

/**
 * The noise that learning starts from: for each class a secret square wave of ±ε. Patterns that are the same for a whole
 * class are a shortcut by themselves (Yu et al. 2022, "Availability attacks create shortcuts"); these have the scale at
 * which pictures hold little and a surrogate sees well.
 * @param epsilon 0–1. @returns K×3×S×S, |δ| ≤ ε.
 */
export function initialNoise(
  classes: number,
  resolution: number,
  epsilon: number,
  seed: string,
  kind: WaveKind,
): Float32Array {
  const delta = new Float32Array(classes * 3 * resolution * resolution)
  let to = 0
  for (const { mix, angle, period, phase } of dealtWaves(seed, classes, kind)) {
    const across = (2 * Math.PI * Math.cos(angle)) / period
    const down = (2 * Math.PI * Math.sin(angle)) / period
    for (const part of mix)
      for (let y = 0; y < resolution; y++)
        for (let x = 0; x < resolution; x++)
          delta[to++] = part * (Math.cos(across * x + down * y + phase) > 0 ? epsilon : -epsilon)
  }
  return delta
}

/**
 * Brings the noise of each class back to the mix of channels that its wave had: at each place to the mean of the three,
 * each with its sign. Left alone, learning brings all classes to green against the two others, where pictures hold
 * least: a new surrogate then takes longer to tell them apart, and a grey copy has next to nothing of them.
 * @param delta K×3×S×S; the result has the same layout. @param seed as `initialNoise` had, and `kind`
 */
export function keepMixes(delta: Float32Array, classes: number, seed: string, kind: WaveKind): Float32Array {
  const area = delta.length / (3 * classes)
  const out = new Float32Array(delta.length)
  dealtWaves(seed, classes, kind).forEach(({ mix }, k) => {
    const [red, green, blue] = [3 * k * area, (3 * k + 1) * area, (3 * k + 2) * area]
    for (let i = 0; i < area; i++) {
      const sum = mix[0] * delta[red + i]! + mix[1] * delta[green + i]! + mix[2] * delta[blue + i]!
      out[red + i] = (mix[0] * sum) / 3
      out[green + i] = (mix[1] * sum) / 3
      out[blue + i] = (mix[2] * sum) / 3
    }
  })
  return out
}

interface Wave {
  readonly mix: Mix
  /** Of the direction in which it runs, radians. */
  readonly angle: number
  /** Pixels of the thumbnail. */
  readonly period: number
  /** Radians. */
  readonly phase: number
}

/**
 * A wave for each class. Directions, periods and mixes are dealt out evenly, in a secret order: two classes whose waves
 * are alike, also in a mirror, could only be told apart by what their pictures show.
 */
function dealtWaves(seed: string, classes: number, { mixes, shortest, longest }: WaveKind): Wave[] {
  const purpose = 'initial-noise'
  const secret = keyedRandom(seed, purpose)
  const directions = secret.permutation(classes)
  const periods = secret.permutation(classes)
  const order = secret.permutation(classes)
  const turn = secret.uniform()
  return Array.from({ length: classes }, (_, k) => {
    const random = keyedRandom(seed, purpose, k)
    const quarter = ((directions[k]! + turn) / classes) * (Math.PI / 2)
    return {
      mix: mixes[order[k]! % mixes.length]!,
      angle: random.uniform() < 0.5 ? quarter : Math.PI - quarter,
      period: shortest + ((periods[k]! + 0.5) / classes) * (longest - shortest),
      phase: random.uniform() * 2 * Math.PI,
    }
  })
}
