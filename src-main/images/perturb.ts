/** Laying a class's noise, learnt on an S×S grid, over the pixels of a picture of any size. Pure arithmetic. */

/** Source samples of one output position: `count` samples from `first` on, of which out-of-range ones are the edge. */
interface Taps {
  readonly count: number
  readonly first: Int32Array
  /** count weights per output position, which sum to 1. */
  readonly weights: Float32Array
}

/** Rec. 601 luma: what a grey pixel is of the three encoded channels. */
const LUMA = [0.299, 0.587, 0.114] as const

/** Catmull–Rom spline (the cubic convolution kernel with a = −1/2). */
function catmullRom(x: number): number {
  const a = Math.abs(x)
  if (a < 1) return (1.5 * a - 2.5) * a * a + 1
  if (a < 2) return ((-0.5 * a + 2.5) * a - 4) * a + 2
  return 0
}

/** Pixel centres coincide with the resized picture's; a picture smaller than the grid widens the kernel, not to alias. */
function tapsOf(from: number, to: number): Taps {
  const step = from / to
  const scale = Math.max(1, step)
  const count = scale === 1 ? 4 : Math.ceil(4 * scale) + 1
  const first = new Int32Array(to)
  const weights = new Float32Array(to * count)
  const row = new Float64Array(count)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step - 0.5
    const start = scale === 1 ? Math.floor(centre) - 1 : Math.ceil(centre - 2 * scale)
    first[i] = start
    let sum = 0
    for (let t = 0; t < count; t++) sum += row[t] = catmullRom((start + t - centre) / scale)
    for (let t = 0; t < count; t++) weights[i * count + t] = row[t]! / sum
  }
  return { count, first, weights }
}

export interface Enlarger {
  /** Values per pixel of a row: 3 for colour, 1 for grey. */
  readonly planes: 1 | 3
  /** Row y of the enlarged noise, in 0–255 units, clipped to ±epsilon; overwritten by the next call. Rows ascend. */
  row(y: number): Float32Array
}

/**
 * Enlarges noise row by row, in O(width) memory.
 *
 * @param delta 3×S×S, channel-first, 0–1
 * @param epsilon largest change of a channel, 0–255
 * @param grey one plane: the luma-weighted mean of the three
 * @returns rows of width×planes interleaved values; ask for them in ascending order
 * @throws RangeError if `delta` is not 3×S×S or the size is not positive
 */
export function enlarger(
  delta: Float32Array,
  resolution: number,
  width: number,
  height: number,
  epsilon: number,
  grey = false,
): Enlarger {
  const area = resolution * resolution
  if (delta.length !== 3 * area)
    throw new RangeError(`noise of ${delta.length} values is not 3×${resolution}×${resolution}`)
  if (width < 1 || height < 1) throw new RangeError(`a picture cannot be ${width}×${height}`)
  const planes = grey ? 1 : 3
  const grid = new Float32Array(planes * area)
  for (let i = 0; i < area; i++) {
    if (grey) grid[i] = 255 * (LUMA[0] * delta[i]! + LUMA[1] * delta[area + i]! + LUMA[2] * delta[2 * area + i]!)
    else for (let c = 0; c < 3; c++) grid[i * 3 + c] = 255 * delta[c * area + i]!
  }
  const across = tapsOf(resolution, width)
  const down = tapsOf(resolution, height)
  const last = resolution - 1
  const length = width * planes
  const cache = Array.from({ length: Math.min(down.count, resolution) }, () => new Float32Array(length))
  const held = new Int32Array(cache.length).fill(-1)

  function widened(line: number): Float32Array {
    const slot = line % cache.length
    const out = cache[slot]!
    if (held[slot] === line) return out
    held[slot] = line
    const { count, first, weights } = across
    const base = line * resolution
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < planes; c++) {
        let sum = 0
        for (let t = 0; t < count; t++) {
          const at = Math.min(last, Math.max(0, first[x]! + t))
          sum += weights[x * count + t]! * grid[(base + at) * planes + c]!
        }
        out[x * planes + c] = sum
      }
    }
    return out
  }

  const out = new Float32Array(length)
  return {
    planes,
    row(y) {
      const { count, first, weights } = down
      const at = (t: number): Float32Array => widened(Math.min(last, Math.max(0, first[y]! + t)))
      if (count === 4) {
        const [a, b, c, d] = [at(0), at(1), at(2), at(3)]
        const w = weights.subarray(y * 4, y * 4 + 4)
        const [wa, wb, wc, wd] = [w[0]!, w[1]!, w[2]!, w[3]!]
        for (let i = 0; i < length; i++) out[i] = wa * a[i]! + wb * b[i]! + wc * c[i]! + wd * d[i]!
      } else {
        out.fill(0)
        for (let t = 0; t < count; t++) {
          const line = at(t)
          const w = weights[y * count + t]!
          for (let i = 0; i < length; i++) out[i]! += w * line[i]!
        }
      }
      for (let i = 0; i < length; i++) {
        const v = out[i]!
        if (v > epsilon) out[i] = epsilon
        else if (v < -epsilon) out[i] = -epsilon
      }
      return out
    },
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
 * No value changes by more than ⌊epsilon⌋ (8 bit), or ⌊257·epsilon⌋ (16 bit). The input is left as it is.
 *
 * @param delta 3×S×S, channel-first, 0–1
 * @param epsilon largest change, 0–255
 */
export function perturb<P extends Pixels>(pixels: P, delta: Float32Array, resolution: number, epsilon: number): P {
  const { data, width, height, channels } = pixels
  const deep = data instanceof Uint16Array
  const unit = deep ? 257 : 1
  const top = deep ? 65535 : 255
  const limit = Math.floor(epsilon * unit)
  const rows = enlarger(delta, resolution, width, height, limit / unit, channels < 3)
  const out = deep ? new Uint16Array(data.length) : new Uint8Array(data.length)
  const { planes } = rows
  // Rounding by truncation needs a positive number: this offset is above every possible change.
  const offset = 1 << 16
  for (let y = 0; y < height; y++) {
    const noise = rows.row(y)
    let at = y * width * channels
    for (let i = 0; i < noise.length;) {
      for (let c = 0; c < planes; c++, i++, at++) {
        const change = ((noise[i]! * unit + offset + 0.5) | 0) - offset
        const value = data[at]! + change
        out[at] = value < 0 ? 0 : value > top ? top : value
      }
      if (channels > planes) {
        out[at] = data[at]!
        at++
      }
    }
  }
  return { ...pixels, data: out }
}
