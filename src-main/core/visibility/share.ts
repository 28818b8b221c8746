/**
 * How much of a change each place of a picture hides: texture masking, as in models of the just noticeable difference
 * (Chou & Li 1995; Yang et al. 2005) and of visual activity (Watson 1993; Ponomarenko et al. 2007). It depends on the
 * original picture alone: who has that gains nothing from it. Adaptation to luminance is left out: at the same ꟻLIP it was
 * more visible on black and white grounds.
 */
import { boxMean } from '../box-mean.js'
import { luma } from '../luma.js'
import type { Pooled, Rgb8 } from './flip.js'

/** Deviation of luma (0–255) from which a place may take the whole amplitude. */
export const KNEE = 7
/** What flat places may take, as a share: that is tried from which a net gets the most. */
export const FLOORS = [0.02, 0.06, 0.2, 0.5, 1] as const
/** The colour difference that ꟻLIP sees grows with this power of the amplitude (Andersson et al. 2020). */
const EXPONENT = 0.7
/** Amplitude of the waves that are learnt, 0–255, and the mean ꟻLIP that it has where it lies everywhere, about. */
const EVEN = 18
const EVEN_FLIP = 0.1

/** Fewest pixels to each side that luma is compared with. */
const REACH = 2
/** Brings the mean square of such a difference, of noise, to its variance. */
const OF_NOISE = 4 / 5

/** Fewest pixels across a window. */
const WINDOW = 5

/** Luma of each pixel, 0–255. */
function lumaOf(pixels: Rgb8): Float32Array {
  const out = new Float32Array(pixels.length / 3)
  for (let i = 0, at = 0; i < out.length; i++, at += 3) out[i] = luma(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!)
  return out
}

/**
 * Sums over the cells of the grid: pixels, and squares of what luma differs by from the mean of four places about it, so
 * that shading, which hides nothing, is none. Where there are fewer pixels than cells, each serves many.
 */
function sums(pixels: Rgb8, width: number, height: number, size: number, reach: number): Float64Array[] {
  const [count, squares] = [0, 1].map(() => new Float64Array(size * size)) as [Float64Array, Float64Array]
  const lumas = lumaOf(pixels)
  const first = (i: number, length: number): number => Math.floor((i * size) / length)
  const ends = Array.from({ length: width }, (_, x) => Math.max(first(x, width) + 1, first(x + 1, width)))
  const inside = (i: number, length: number): number => {
    const mirrored = i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i
    return Math.min(length - 1, Math.max(0, mirrored))
  }
  for (let y = 0, at = 0; y < height; y++) {
    const top = first(y, height)
    const bottom = Math.max(top + 1, first(y + 1, height))
    const [above, below] = [width * inside(y - reach, height), width * inside(y + reach, height)]
    for (let x = 0; x < width; x++, at++) {
      const sides = lumas[width * y + inside(x - reach, width)]! + lumas[width * y + inside(x + reach, width)]!
      const difference = lumas[at]! - (sides + lumas[above + x]! + lumas[below + x]!) / 4
      const square = difference * difference * OF_NOISE
      for (let row = top; row < bottom; row++) {
        for (let cell = row * size + first(x, width), end = row * size + ends[x]!; cell < end; cell++) {
          count[cell]!++
          squares[cell]! += square
        }
      }
    }
  }
  return [count, squares]
}

/**
 * How much is going on at each place: the deviation of luma from its surroundings, at the picture's full size; of that
 * the least nearby, so that an edge does not open the smooth things on both sides of it; over the knee.
 *
 * @param size S; may be larger than the picture
 * @returns S×S, row by row, from 0
 * @throws RangeError for pixels that are not of this size
 */
export function textureOf(pixels: Rgb8, width: number, height: number, size: number): Float64Array {
  if (pixels.length !== 3 * width * height) throw new RangeError(`Not ${width} × ${height} pixels of 3 bytes.`)
  const cell = Math.min(width, height) / size
  const window = Math.max(0, Math.ceil((WINDOW / cell - 1) / 2))
  const reach = Math.max(REACH, Math.round(cell / 2))
  const [count, squares] = sums(pixels, width, height, size, reach).map((plane) => boxMean(plane, size, window)) as [
    Float64Array,
    Float64Array,
  ]
  const deviations = count.map((n, i) => Math.sqrt(Math.max(0, squares[i]! / n)))
  // A lone edge is seen in all windows that touch it, or what is compared with it: more than half as many cells.
  const beside = Math.round(window + 0.5 + reach / cell)
  return boxMean(boxLeast(deviations, size, beside), size, 1).map((deviation) => deviation / KNEE)
}

/** The least within `radius` places across and down, of an S×S plane. */
function boxLeast(plane: Float64Array, size: number, radius: number): Float64Array {
  const along = (from: Float64Array, at: (line: number, i: number) => number): Float64Array => {
    const to = new Float64Array(from.length)
    for (let line = 0; line < size; line++) {
      for (let i = 0; i < size; i++) {
        let least = Infinity
        const end = Math.min(size - 1, i + radius)
        for (let j = Math.max(0, i - radius); j <= end; j++) least = Math.min(least, from[at(line, j)]!)
        to[at(line, i)] = least
      }
    }
    return to
  }
  const across = along(plane, (line, i) => line * size + i)
  return along(across, (line, i) => i * size + line)
}

/**
 * The share of its amplitude that a place may take: its texture, kept in floor–1. A net notices the energy of waves, which
 * grows with the square of the amplitude: at the same mean ꟻLIP, much in few places protects more than little everywhere,
 * as long as those places are wide enough to hold a wave, and each may take so much. Of several floors, the one is taken
 * at which waves have the most energy: a low one in photographs, a high one in flat drawings.
 *
 * @param texture as of `textureOf`, S×S
 * @param limits ꟻLIP that the picture may have with such shares
 * @param largest amplitude that no place may exceed, 0–255
 * @returns S×S, 0–1
 */
export function budgetShare(
  texture: Float64Array,
  size: number,
  limits: (share: Float32Array) => Pooled,
  largest: number,
): Float32Array {
  const shares = FLOORS.map((floor) => Float32Array.from(texture, (value) => Math.min(1, Math.max(floor, value))))
  const energies = shares.map((share) => waveEnergy(share, size, limits(share), largest))
  return shares[energies.indexOf(Math.max(...energies))]!
}

/** How visible each place is with these shares of an amplitude, about: of no matter what unit. */
export const seenOf = (share: Float32Array): Float64Array => Float64Array.from(share, (s) => s ** EXPONENT)

/** Energy that waves with these shares of an amplitude may have, of what lies in pieces as wide as a wave. */
function waveEnergy(share: Float32Array, size: number, most: Pooled, largest: number): number {
  const seen = seenOf(share)
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length
  const worst = Math.max(...boxMean(seen, size, Math.round(size / 32)))
  const times = Math.min(most.mean / mean, most.worst / worst) / EVEN_FLIP
  const amplitude = Math.min(largest, EVEN * times ** (1 / EXPONENT))
  const held = boxMean(Float64Array.from(share), size, Math.round(size / 16))
  return amplitude ** 2 * (held.reduce((sum, value) => sum + value * value, 0) / held.length)
}

/**
 * Shares of which no place is seen more than may be.
 * @param seen mean ꟻLIP about each place, S×S, of what the shares allow now. @param most of it, positive
 * @returns S×S
 */
export function evened(share: Float32Array, seen: Float64Array, most: number): Float32Array {
  return share.map((s, i) => (seen[i]! > most ? s * (most / seen[i]!) ** (1 / EXPONENT) : s))
}
