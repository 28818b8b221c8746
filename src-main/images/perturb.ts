/** Laying noise, learnt on an S×S grid, over the pixels of a picture of any size. Pure arithmetic. */
import { luma } from '../core/luma.js'
import { allocate, kernels, padded } from './kernels/rows.js'

/** Source samples of one output position: `count` samples from `first` on, of which out-of-range ones are the edge. */
interface Taps {
  readonly count: number
  readonly first: Int32Array
  /** count weights per output position, which sum to 1. */
  readonly weights: Float32Array
}

/** Catmull–Rom spline (the cubic convolution kernel with a = −1/2). */
function catmullRom(x: number): number {
  const a = Math.abs(x)
  if (a < 1) return (1.5 * a - 2.5) * a * a + 1
  if (a < 2) return ((-0.5 * a + 2.5) * a - 4) * a + 2
  return 0
}

/**
 * Pixel centres coincide with the resized picture's; a picture smaller than the grid widens the kernel, not to alias.
 * @param start of the output positions wanted, and how many of them
 */
function tapsOf(from: number, to: number, start = 0, positions = to): Taps {
  const step = from / to
  const scale = Math.max(1, step)
  const count = scale === 1 ? 4 : Math.ceil(4 * scale) + 1
  const first = new Int32Array(positions)
  const weights = new Float32Array(positions * count)
  const row = new Float64Array(count)
  for (let i = 0; i < positions; i++) {
    const centre = (start + i + 0.5) * step - 0.5
    const tap = scale === 1 ? Math.floor(centre) - 1 : Math.ceil(centre - 2 * scale)
    first[i] = tap
    let sum = 0
    for (let t = 0; t < count; t++) sum += row[t] = catmullRom((tap + t - centre) / scale)
    for (let t = 0; t < count; t++) weights[i * count + t] = row[t]! / sum
  }
  return { count, first, weights }
}

export interface Enlarger {
  /**
   * Row y of the enlarged noise, in 0–255 units, clipped to ±limit: width×channels interleaved values, of which an
   * alpha channel's are 0. Overwritten by the next call. Rows ascend.
   */
  row(y: number): Float32Array
}

type Channels = Pixels['channels']

/** An enlarger, and the memory in which the kernels work. */
interface Rows extends Enlarger {
  /** Address of the row that was asked for last. */
  readonly address: number
  /** Two rows of bytes, to add the noise to one and have the other. */
  readonly from: Uint8Array
  readonly to: Uint8Array
}

/** A part of a picture, in its pixels. */
export interface Window {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Enlarges noise row by row, in O(width) memory. The rows live in the kernels' memory: work through one picture's before
 * another's are begun.
 *
 * @param delta 3×S×S, channel-first, 0–1
 * @param limit largest change of a channel, 0–255
 * @param channels as of `Pixels`: grey gets the luma-weighted mean of the three, alpha nothing
 * @param window the part that is wanted: its rows, counted from its top, and its columns
 * @throws RangeError if `delta` is not 3×S×S or the size is not positive
 */
export function enlarger(
  delta: Float32Array,
  resolution: number,
  width: number,
  height: number,
  limit: number,
  channels: Channels,
  window: Window = { x: 0, y: 0, width, height },
): Rows {
  if (delta.length !== 3 * resolution * resolution)
    throw new RangeError(`noise of ${delta.length} values is not 3×${resolution}×${resolution}`)
  if (width < 1 || height < 1) throw new RangeError(`a picture cannot be ${width}×${height}`)
  const grid = gridOf(delta, resolution, channels)
  const across = tapsOf(resolution, width, window.x, window.width)
  const down = tapsOf(resolution, height, window.y, window.height)
  const last = resolution - 1
  const length = window.width * channels
  const slots = Math.min(down.count, resolution)
  const block = allocate(length, length, ...Array.from({ length: slots + 1 }, () => padded(length) * 4))
  const [from, to, address, ...lines] = block.at as [number, number, number, ...number[]]
  const floats = (at: number): Float32Array => new Float32Array(block.buffer, at, length)
  const bytes = (at: number): Uint8Array => new Uint8Array(block.buffer, at, length)
  const held = new Int32Array(slots).fill(-1)
  const out = floats(address)

  /** Address of a line of the grid, enlarged across. */
  function widened(wanted: number): number {
    const line = Math.min(last, Math.max(0, wanted))
    const slot = line % slots
    const at = lines[slot]!
    if (held[slot] === line) return at
    held[slot] = line
    enlargeAcross(grid, line, resolution, across, channels, floats(at))
    return at
  }

  return {
    address,
    from: bytes(from),
    to: bytes(to),
    row(y) {
      const { count, first, weights } = down
      const start = first[y]!
      const w = (t: number): number => weights[y * count + t]!
      if (count === 4) {
        const [a, b, c, d] = [widened(start), widened(start + 1), widened(start + 2), widened(start + 3)]
        kernels.combine(address, padded(length), limit, a, w(0), b, w(1), c, w(2), d, w(3))
        return out
      }
      out.fill(0)
      for (let t = 0; t < count; t++) {
        const line = floats(widened(start + t))
        const weight = w(t)
        for (let i = 0; i < length; i++) out[i]! += weight * line[i]!
      }
      for (let i = 0; i < length; i++) out[i] = Math.min(limit, Math.max(-limit, out[i]!))
      return out
    },
  }
}

/** S×S×channels interleaved, in 0–255 units. */
function gridOf(delta: Float32Array, resolution: number, channels: Channels): Float32Array {
  const area = resolution * resolution
  const grid = new Float32Array(channels * area)
  for (let i = 0; i < area; i++) {
    const [red, green, blue] = [delta[i]!, delta[area + i]!, delta[2 * area + i]!]
    if (channels < 3) grid[i * channels] = 255 * luma(red, green, blue)
    else {
      grid[i * channels] = 255 * red
      grid[i * channels + 1] = 255 * green
      grid[i * channels + 2] = 255 * blue
    }
  }
  return grid
}

function enlargeAcross(
  grid: Float32Array,
  line: number,
  resolution: number,
  { count, first, weights }: Taps,
  channels: Channels,
  out: Float32Array,
): void {
  const base = line * resolution
  for (let x = 0, i = 0; i < out.length; x++) {
    for (let c = 0; c < channels; c++, i++) {
      let sum = 0
      for (let t = 0; t < count; t++) {
        const at = Math.min(resolution - 1, Math.max(0, first[x]! + t))
        sum += weights[x * count + t]! * grid[(base + at) * channels + c]!
      }
      out[i] = sum
    }
  }
}

export interface Pixels {
  /** Interleaved, 8 or 16 bit a channel. */
  readonly data: Uint8Array | Uint16Array
  readonly width: number
  readonly height: number
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha. */
  readonly channels: 1 | 2 | 3 | 4
}

/**
 * The picture with the noise added, in its own encoded values: clipped to the range, rounded; alpha is copied.
 * No value changes by more than ⌊limit⌋ (8 bit), or ⌊257·limit⌋ (16 bit). The input is left as it is.
 *
 * @param delta 3×S×S, channel-first, 0–1
 * @param limit largest change, 0–255
 */
export function perturb<P extends Pixels>(pixels: P, delta: Float32Array, resolution: number, limit: number): P {
  const { data, width, height, channels } = pixels
  const length = width * channels
  if (data instanceof Uint16Array) {
    const out = new Uint16Array(data.length)
    const rows = enlarger(delta, resolution, width, height, Math.floor(limit * 257) / 257, channels)
    for (let y = 0, at = 0; y < height; y++) {
      const noise = rows.row(y)
      for (let i = 0; i < length; i++, at++) {
        out[at] = Math.min(65_535, Math.max(0, data[at]! + Math.floor(noise[i]! * 257 + 0.5)))
      }
    }
    return { ...pixels, data: out }
  }
  // Every value is written below.
  const out = new Uint8Array(Buffer.allocUnsafeSlow(data.length).buffer)
  const rows = enlarger(delta, resolution, width, height, Math.floor(limit), channels)
  for (let start = 0, y = 0; y < height; y++, start += length) {
    rows.row(y)
    rows.from.set(data.subarray(start, start + length))
    kernels.add(rows.to.byteOffset, rows.from.byteOffset, rows.address, padded(length))
    out.set(rows.to, start)
  }
  return { ...pixels, data: out }
}
