/**
 * ꟻLIP: how visible the difference is of two pictures that are shown in turn, as people judge it (Andersson et al. 2020,
 * "ꟻLIP: A Difference Evaluator for Alternating Images"; the form for pictures of 8 bits). All constants are the paper's.
 */
import { kernels, reserve } from './kernels/flip.js'
import { TILE, allTiles } from './tiles.js'
import type { Tile } from './tiles.js'
import { Windows } from './windows.js'

/** Encoded sRGB: R, G, B of each pixel, row by row, 0–255. */
export type Rgb8 = Uint8Array

/** Of 0.7 m before a monitor 0.7 m wide with 3840 pixels a row: the paper's default. */
export const PIXELS_PER_DEGREE = 67

/** Filters reach three standard deviations of the widest Gaussian of the eye's contrast sensitivity, in pixels. */
export const MARGIN = Math.ceil(3 * Math.sqrt(0.04 / (2 * Math.PI ** 2)) * PIXELS_PER_DEGREE)

/** Largest colour difference, of green and blue with Hunt's adjustment, to the power 0.7. */
const MOST = 41.2760983

/** One-dimensional filter: w₀ … w_radius. */
type Filter = Float32Array

/** Weights that change no result in single precision are left out. */
const trimmed = (weights: readonly number[]): Filter =>
  Float32Array.from(weights.slice(0, weights.findLastIndex((w) => Math.abs(w) > 1e-7) + 1))

const side = (radius: number, weight: (x: number) => number): number[] =>
  Array.from({ length: radius + 1 }, (_, x) => weight(x))
const total = (weights: readonly number[]): number => weights.reduce((sum, w, x) => sum + (x === 0 ? w : 2 * w), 0)

/**
 * A contrast sensitivity, the sum of a·√(π/b)·exp(−π²·r²/b) with r in degrees, as filters to be used along rows and then
 * along columns, and summed. Together they sum to 1 over the square.
 */
function sensitivity(...gaussians: readonly (readonly [a: number, b: number])[]): Filter[] {
  const lines = gaussians.map(([, b]) => side(MARGIN, (x) => Math.exp(-(((Math.PI * x) / PIXELS_PER_DEGREE) ** 2) / b)))
  const heights = gaussians.map(([a, b]) => a * Math.sqrt(Math.PI / b))
  const sum = lines.reduce((all, line, i) => all + heights[i]! * total(line) ** 2, 0)
  return lines.map((line, i) => trimmed(line.map((w) => w * Math.sqrt(heights[i]! / sum))))
}

/** The filters of edges and points: a Gaussian and its derivatives, whose positive and negative weights sum to ±1. */
function features(): { smooth: Filter; edge: Filter; point: Filter } {
  const sigma = 0.5 * 0.082 * PIXELS_PER_DEGREE
  const gaussian = side(Math.ceil(3 * sigma), (x) => Math.exp((-x * x) / (2 * sigma * sigma)))
  const sum = total(gaussian)
  const slope = gaussian.map((w, x) => x * w)
  const bend = gaussian.map((w, x) => ((x / sigma) ** 2 - 1) * w)
  const above = total(bend.map((w) => Math.max(0, w)))
  const below = total(bend.map((w) => Math.max(0, -w)))
  return {
    // Divided by the range of Y, as features are those of Y brought to 0–1.
    smooth: Float32Array.from(gaussian, (w) => w / sum / 116),
    edge: Float32Array.from(slope, (w) => (2 * w) / total(slope)),
    point: Float32Array.from(bend, (w) => w / (w > 0 ? above : below)),
  }
}

const { smooth, edge, point } = features()
const FILTERS = [
  ...sensitivity([1, 0.0047]),
  ...sensitivity([1, 0.0053]),
  ...sensitivity([34.1, 0.04], [13.5, 0.025]),
  smooth,
  edge,
  point,
]

/** Rows of a tile with its margin are whole instructions. */
const strideOf = (width: number): number => ((width + 3) & ~3) + 2 * MARGIN
/** Values of the largest plane. */
const PLANE = (TILE + 2 * MARGIN) ** 2
const {
  at: [BYTES, TABLE, COLOURS, LINES, SEEN, KEPT, RESULT, ...WEIGHTS],
  buffer,
} = reserve([
  3 * PLANE,
  4 * 256,
  3 * 4 * PLANE,
  3 * 4 * PLANE,
  5 * 4 * PLANE,
  5 * 4 * PLANE,
  4 * PLANE,
  ...FILTERS.map((filter) => filter.byteLength),
]) as unknown as { at: [number, number, number, number, number, number, number, ...number[]]; buffer: ArrayBuffer }
new Float32Array(buffer, TABLE, 256).set(
  Array.from({ length: 256 }, (_, v) => (v <= 0.04045 * 255 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)),
)
FILTERS.forEach((filter, i) => new Float32Array(buffer, WEIGHTS[i], filter.length).set(filter))

/** Copies a tile and a margin about it, in which the picture's border is repeated. */
function copyBytes(pixels: Rgb8, width: number, height: number, tile: Tile): void {
  const stride = strideOf(tile.width)
  const bytes = new Uint8Array(buffer, BYTES, 3 * PLANE)
  const from = Math.max(0, tile.left - MARGIN)
  const to = Math.min(width, tile.left - MARGIN + stride)
  for (let y = 0; y < tile.height + 2 * MARGIN; y++) {
    const row = 3 * width * Math.min(height - 1, Math.max(0, tile.top + y - MARGIN))
    const start = 3 * stride * y
    const first = start + 3 * (from - tile.left + MARGIN)
    const last = start + 3 * (to - tile.left + MARGIN)
    bytes.set(pixels.subarray(row + 3 * from, row + 3 * to), first)
    for (let at = first - 1; at >= start; at--) bytes[at] = bytes[at + 3]!
    for (let at = last; at < start + 3 * stride; at++) bytes[at] = bytes[at - 3]!
  }
}

/** What the eye sees of a tile, at SEEN: five planes of `plane` bytes: L*, a*, b*, edges, points. */
function look(pixels: Rgb8, width: number, height: number, tile: Tile): { count: number; plane: number } {
  copyBytes(pixels, width, height, tile)
  const step = 4 * strideOf(tile.width)
  const count = (step / 4) * tile.height
  const plane = 4 * PLANE
  kernels.opponents(COLOURS, plane, BYTES, count + (step / 2) * MARGIN, TABLE)

  const whole = count + (step / 2) * MARGIN
  const below = MARGIN * step
  const [a, rg, by1, by2, flat, edges, points] = WEIGHTS as [number, number, number, number, number, number, number]
  const radius = (weights: number): number => FILTERS[WEIGHTS.indexOf(weights)]!.length - 1
  const along = (from: number, weights: number): void =>
    kernels.even(LINES, from, whole, 4, weights, radius(weights), false)
  const down = (to: number, weights: number, onto = false): void =>
    kernels.even(to, LINES + below, count, step, weights, radius(weights), onto)
  for (const [i, weights] of [a, rg, by1, by2].entries()) {
    const channel = Math.min(i, 2) * plane
    along(COLOURS + channel, weights)
    down(SEEN + channel, weights, i === 3)
  }
  kernels.appearance(SEEN, plane, count)

  const [across, upright] = [LINES + plane, LINES + 2 * plane]
  kernels.odd(LINES, COLOURS, whole, 4, edges, radius(edges))
  down(across, flat)
  along(COLOURS, flat)
  kernels.odd(upright, LINES + below, count, step, edges, radius(edges))
  kernels.magnitude(SEEN + 3 * plane, across, upright, count)
  down(upright, points)
  along(COLOURS, points)
  down(across, flat)
  kernels.magnitude(SEEN + 4 * plane, across, upright, count)
  return { count, plane }
}

/** How visible a difference is over many pixels. */
export interface Pooled {
  /** Mean ꟻLIP. */
  readonly mean: number
  /** The largest mean of a window (windows.ts). */
  readonly worst: number
}

/** A picture, or tiles of it, as the eye sees them: 20 bytes a pixel and a little more. */
export interface FlipReference {
  /** @returns over the tiles' pixels, 0–1: 0 for an equal picture */
  pool(test: Rgb8): Pooled
  /** @returns of each pixel, row by row, 0–1; 0 outside the tiles */
  map(test: Rgb8): Float32Array
}

/**
 * @param tiles within the picture, without overlaps, at most TILE wide and high
 * @throws RangeError for pixels that are not of this size
 */
export function flipReference(
  pixels: Rgb8,
  width: number,
  height: number,
  tiles: readonly Tile[] = allTiles(width, height),
): FlipReference {
  const check = (image: Rgb8): void => {
    if (image.length !== 3 * width * height) throw new RangeError(`Not ${width} × ${height} pixels of 3 bytes.`)
  }
  check(pixels)
  const references = tiles.map((tile) => {
    const { count, plane } = look(pixels, width, height, tile)
    return Array.from(
      { length: 5 },
      (_, i) => new Float32Array(buffer.slice(SEEN + i * plane, SEEN + i * plane + 4 * count)),
    )
  })
  const compare = (test: Rgb8, use: (tile: Tile, y: number, row: Float32Array) => void): void => {
    check(test)
    tiles.forEach((tile, t) => {
      const { count, plane } = look(test, width, height, tile)
      references[t]!.forEach((values, i) => new Float32Array(buffer, KEPT + i * plane, count).set(values))
      kernels.difference(RESULT, KEPT, SEEN, plane, count, MOST)
      const step = 4 * strideOf(tile.width)
      for (let y = 0; y < tile.height; y++) {
        use(tile, y, new Float32Array(buffer, RESULT + y * step + 4 * MARGIN, tile.width))
      }
    })
  }
  return {
    pool(test) {
      const windows = new Map(tiles.map((tile) => [tile, new Windows(tile)]))
      compare(test, (tile, y, row) => windows.get(tile)!.add(y, row))
      const all = [...windows.values()]
      const area = tiles.reduce((all, tile) => all + tile.width * tile.height, 0)
      return {
        mean: all.reduce((sum, tile) => sum + tile.sum, 0) / area,
        worst: Math.max(...all.map(({ worst }) => worst)),
      }
    },
    map(test) {
      const map = new Float32Array(width * height)
      compare(test, ({ left, top }, y, row) => map.set(row, (top + y) * width + left))
      return map
    },
  }
}
