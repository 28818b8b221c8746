/** Flip and shift of a picture, and the transposed operation, through which gradients come back to the noise. */
import type { KeyedRandom } from '../random/random.js'

/** Mirror left to right first, then move the picture by (dx, dy) pixels; what enters at the edge is a reflection. */
export interface Augmentation {
  readonly flip: boolean
  readonly dx: number
  readonly dy: number
}

/** A flip with probability ½, and a shift of up to an eighth of the side in each direction. */
export function drawAugmentation(random: KeyedRandom, resolution: number): Augmentation {
  const reach = Math.floor(resolution / 8)
  const flip = random.uniform() < 0.5
  return { flip, dx: random.integer(2 * reach + 1) - reach, dy: random.integer(2 * reach + 1) - reach }
}

/** For each column (or row) of the augmented picture, the one it shows: reflection at the edges, edge not repeated. */
function sources(resolution: number, shift: number, flip: boolean): Int32Array {
  const last = resolution - 1
  return Int32Array.from({ length: resolution }, (_, i) => {
    let at = i + shift
    if (at < 0) at = -at
    if (at > last) at = 2 * last - at
    return flip ? last - at : at
  })
}

/** Writes the augmented 3×S×S `image` into `out` at `offset`. */
export function augment(
  image: Float32Array,
  resolution: number,
  { flip, dx, dy }: Augmentation,
  out: Float32Array,
  offset: number,
): void {
  const columns = sources(resolution, dx, flip)
  const rows = sources(resolution, dy, false)
  let to = offset
  for (let channel = 0; channel < 3; channel++)
    for (let r = 0; r < resolution; r++) {
      const row = (channel * resolution + rows[r]!) * resolution
      for (let c = 0; c < resolution; c++) out[to++] = image[row + columns[c]!]!
    }
}

/** The transpose of `augment`: adds each gradient value to the pixel that it came from. */
export function augmentTransposed(
  gradient: Float32Array,
  offset: number,
  resolution: number,
  { flip, dx, dy }: Augmentation,
  out: Float32Array,
): void {
  const columns = sources(resolution, dx, flip)
  const rows = sources(resolution, dy, false)
  let from = offset
  for (let channel = 0; channel < 3; channel++)
    for (let r = 0; r < resolution; r++) {
      const row = (channel * resolution + rows[r]!) * resolution
      for (let c = 0; c < resolution; c++) out[row + columns[c]!]! += gradient[from++]!
    }
}
