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

/** Cycles a picture of the carriers, where a picture has pixels enough to show them. */
const CYCLES = { lowest: 10, highest: 20 } as const
/** Largest share of a picture's pixels that a wave has cycles: finer ones do not survive being written. */
const FINEST = 0.4
/** What a pass leaves, as a share of the carriers' lowest and highest frequency. */
const REACH = { low: 0.5, high: 1.6 } as const

/** @param side shorter side of the pictures, pixels. @param resolution working resolution S */
export function carrierBand(side: number, resolution: number): CarrierBand {
  const highest = Math.min(CYCLES.highest, FINEST * Math.min(side, resolution))
  return { lowest: Math.min(CYCLES.lowest, highest / 2), highest }
}

/** The frequencies that fields keep. */
export function fieldBand({ lowest, highest }: CarrierBand): Band {
  return { low: REACH.low * lowest, high: REACH.high * highest }
}
