/** What the methods of learning noise have in common, and what sets them apart (design §2). */
import type { Settings } from '../settings.js'

export interface Recipe {
  /** Weight noise in the steps of the surrogate. */
  readonly surrogateNoise: boolean
  /** Weight noise in the passes of sign descent. */
  readonly passNoise: boolean
  /** Whether both see the pictures as they are on their way: made grey, compressed, softened (distort.ts). */
  readonly distorted: boolean
  /** Whether half of the noise is grey from the start, and it is kept grey, so that it lasts in grey copies (grey.ts). */
  readonly grey: boolean
}

export const RECIPES: Readonly<Record<Settings['method'], Recipe>> = {
  pue: { surrogateNoise: true, passNoise: true, distorted: false, grey: false },
  'pue-b': { surrogateNoise: true, passNoise: false, distorted: false, grey: false },
  'pue-grey': { surrogateNoise: true, passNoise: true, distorted: false, grey: true },
  'pue-eot': { surrogateNoise: true, passNoise: true, distorted: true, grey: false },
  emn: { surrogateNoise: false, passNoise: false, distorted: false, grey: false },
}
