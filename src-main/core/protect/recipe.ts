/** What the methods of learning noise have in common, and what sets them apart (design §2). */
import type { Settings } from '../settings.js'
import { BRIGHT, COLOURED, type WaveKind } from './waves.js'

export interface Recipe {
  /** Weight noise in the steps of the surrogate. */
  readonly surrogateNoise: boolean
  /** Weight noise in the passes of sign descent. */
  readonly passNoise: boolean
  /** Whether both see the pictures as they are on their way: made grey, compressed, softened (distort.ts). */
  readonly distorted: boolean
  /** What the noise starts from, and whose mixes of channels it keeps. */
  readonly waves: WaveKind
}

export const RECIPES: Readonly<Record<Settings['method'], Recipe>> = {
  pue: { surrogateNoise: true, passNoise: true, distorted: false, waves: COLOURED },
  'pue-b': { surrogateNoise: true, passNoise: false, distorted: false, waves: COLOURED },
  'pue-grey': { surrogateNoise: true, passNoise: true, distorted: false, waves: BRIGHT },
  'pue-eot': { surrogateNoise: true, passNoise: true, distorted: true, waves: COLOURED },
  emn: { surrogateNoise: false, passNoise: false, distorted: false, waves: COLOURED },
}
