/** What the methods of learning noise have in common, and what sets them apart. */
import type { Settings } from '../settings.js'
import type { CarrierBand } from './carriers.js'
import type { Band } from './spectrum.js'

export interface Recipe {
  /** Weight noise in the steps of the surrogate. */
  readonly surrogateNoise: boolean
  /** Weight noise in the passes of sign descent. */
  readonly passNoise: boolean
}

export const RECIPES: Readonly<Record<Settings['method'], Recipe>> = {
  pue: { surrogateNoise: true, passNoise: true },
  'pue-b': { surrogateNoise: true, passNoise: false },
  emn: { surrogateNoise: false, passNoise: false },
}

/**
 * Cycles a picture of the finest carriers, where it has pixels enough to show them. Finer waves are seen less and found
 * sooner by small filters; at half the working resolution, those above 16 are gone.
 */
const HIGHEST = 25
/** The same as a share of a picture's pixels: finer ones do not survive being written. */
const FINEST = 0.375
/** Cycles of the coarsest carriers, as a share of those of the finest. */
const LOWEST = 0.6
/** Where the band begins that fields keep, as a share of the carriers' lowest frequency. */
const COARSEST = 0.5
/** Where it ends, as a share of a picture's pixels. */
const WRITABLE = 0.45

/** @param side shorter side of the pictures, pixels. @param resolution working resolution S */
export function carrierBand(side: number, resolution: number): CarrierBand {
  const highest = Math.min(HIGHEST, FINEST * Math.min(side, resolution))
  return { lowest: LOWEST * highest, highest }
}

/** The frequencies that fields keep. @param side and `resolution` as above */
export function fieldBand(side: number, resolution: number): Band {
  const { lowest } = carrierBand(side, resolution)
  return { low: COARSEST * lowest, high: Math.min(resolution / 2, WRITABLE * side) }
}
