/**
 * How much of a change each place of a picture hides: texture masking, as in models of the just noticeable difference
 * (Chou & Li 1995; Yang et al. 2005) and of visual activity (Watson 1993; Ponomarenko et al. 2007). It depends on the
 * original picture alone: who has that gains nothing from it. Adaptation to luminance is left out: at the same ꟻLIP it was
 * more visible on black and white grounds.
 */
import { boxMean } from '../box-mean.js'
import type { Rgb8 } from './flip.js'

/** Local standard deviation of luma (0–255) from which a place takes the whole amplitude. */
export const KNEE = 20
/**
 * What flat places take. A net notices energy, which grows with the square of the amplitude: at the same mean ꟻLIP, much in
 * few places protects more than little everywhere (docs/research/per-picture-noise.md).
 */
export const FLOOR = 0.06

/** Fewest pixels across a window. */
const WINDOW = 5

/** Sums over the cells of the grid: pixels, luma and its square; where there are fewer pixels, each serves many cells. */
function sums(pixels: Rgb8, width: number, height: number, size: number): Float64Array[] {
  const [count, luma, squares] = [0, 1, 2].map(() => new Float64Array(size * size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const first = (i: number, length: number): number => Math.floor((i * size) / length)
  const ends = Array.from({ length: width }, (_, x) => Math.max(first(x, width) + 1, first(x + 1, width)))
  for (let y = 0, at = 0; y < height; y++) {
    const top = first(y, height)
    const bottom = Math.max(top + 1, first(y + 1, height))
    for (let x = 0; x < width; x++, at += 3) {
      const value = 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!
      for (let row = top; row < bottom; row++) {
        for (let cell = row * size + first(x, width), end = row * size + ends[x]!; cell < end; cell++) {
          count[cell]!++
          luma[cell]! += value
          squares[cell]! += value * value
        }
      }
    }
  }
  return [count, luma, squares]
}

/**
 * The share of its amplitude that a place may take: the standard deviation of luma about it, at the picture's full size;
 * of that the geometric mean over a neighbourhood, so that a lone edge does not open the flat ground beside it; over the
 * knee, kept in floor–1.
 *
 * @param size S; may be larger than the picture
 * @returns S×S, row by row, 0–1
 * @throws RangeError for pixels that are not of this size
 */
export function budgetShare(
  pixels: Rgb8,
  width: number,
  height: number,
  size: number,
  { floor = FLOOR, knee = KNEE }: { readonly floor?: number; readonly knee?: number } = {},
): Float32Array {
  if (pixels.length !== 3 * width * height) throw new RangeError(`Not ${width} × ${height} pixels of 3 bytes.`)
  // Deviations of small windows and means of large neighbourhoods: an edge by itself crosses a few of many windows.
  const cell = Math.min(width, height) / size
  const window = Math.max(0, Math.ceil((WINDOW / cell - 1) / 2))
  const neighbourhood = Math.max(1, Math.round(size / 64)) + 2 * window
  const [count, luma, squares] = sums(pixels, width, height, size).map((plane) => boxMean(plane, size, window)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const logs = count.map((n, i) => {
    const mean = luma[i]! / n
    return Math.log1p(Math.sqrt(Math.max(0, squares[i]! / n - mean * mean)))
  })
  return Float32Array.from(boxMean(logs, size, neighbourhood), (log) =>
    Math.min(1, Math.max(floor, Math.expm1(log) / knee)),
  )
}
