/** How far the written picture is from the original, measured on its decoded pixels. */
import { luma } from '../core/luma.js'
import { meanDeltaE } from './delta-e.js'
import { allocate, kernels, padded } from './kernels/rows.js'
import type { Pixels } from './perturb.js'
import { meanSsim } from './ssim.js'

export interface Quality {
  /** Largest change of a colour or alpha value, 0–255 (16-bit pictures: a fraction). */
  readonly maxAbsDiff: number
  /** dB over the colour channels, peak 255; null when nothing changed. */
  readonly psnr: number | null
  /** Mean SSIM of the luma, 0–1. */
  readonly ssim: number
  /** Mean CIEDE2000 of places spread over the picture, 0–100 or little more. */
  readonly deltaE: number
}

/** Pictures are averaged down by a whole factor to a shorter side of about this, as the reference SSIM does. */
const SMALL_SIDE = 256

/**
 * Compares two pictures of the same size; channels and depth may differ (grey against RGB, 16 against 8 bit, an alpha
 * channel that one lacks is not compared). One pass over the pixels; memory beyond them is that of two small
 * pictures.
 *
 * PSNR is 10·log10(255² / mean squared colour difference). SSIM (Wang et al. 2004) is over the Rec. 601 luma, after
 * averaging by the factor max(1, round(shorter side / 256)), the authors' recommended practice. The colour difference is
 * of the same small pictures: the eye tells colours apart in far less detail than lightness (the reason of S-CIELAB,
 * Zhang & Wandell 1997), so a difference from pixel to pixel, such as JPEG makes, is not seen as one of colour. The noise
 * is coarser than that, and stays.
 *
 * @throws RangeError if the sizes differ
 */
export function measure(original: Pixels, written: Pixels): Quality {
  const { width, height } = original
  if (written.width !== width || written.height !== height) {
    throw new RangeError(`${written.width}×${written.height} is not ${width}×${height}`)
  }
  const factor = Math.max(1, Math.round(Math.min(width, height) / SMALL_SIDE))
  const small = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
  const smallA = new Float64Array(3 * small.width * small.height)
  const smallB = new Float64Array(3 * small.width * small.height)
  const alike = original.channels === written.channels
  const { largest, squares } =
    alike && original.data instanceof Uint8Array && written.data instanceof Uint8Array
      ? compareBytes(original.data, written.data, original, factor, smallA, smallB)
      : compareAny(original, written, factor, smallA, smallB)
  for (const sums of [smallA, smallB]) average(sums, factor, width, height)
  const mse = squares / (3 * width * height)
  return {
    // A 257th of a 16-bit step is not exact in binary.
    maxAbsDiff: Math.round(largest * 65_536) / 65_536,
    psnr: mse === 0 ? null : 10 * Math.log10(255 ** 2 / mse),
    ssim: Math.max(0, meanSsim(lumaOf(smallA), lumaOf(smallB), small.width, small.height)),
    deltaE: meanDeltaE(smallA, smallB, small.width, small.height),
  }
}

interface Differences {
  /** 0–255, of colour and alpha. */
  readonly largest: number
  /** Over three colour channels, grey counted thrice. */
  readonly squares: number
}

/** Of two pictures of 8 bit with the same channels; adds the colours of each block to `sumsA` and `sumsB`. */
function compareBytes(
  a: Uint8Array,
  b: Uint8Array,
  { width, height, channels }: Pixels,
  factor: number,
  sumsA: Float64Array,
  sumsB: Float64Array,
): Differences {
  const length = width * channels
  const block = allocate(length, length, padded(length) * 2, padded(length) * 2, 16, 16)
  const [atA, atB, columnA, columnB, worst, mask] = block.at as [number, number, number, number, number, number]
  const bytes = (at: number, size: number): Uint8Array => new Uint8Array(block.buffer, at, size)
  const [rowA, rowB, largest] = [bytes(atA, length), bytes(atB, length), bytes(worst, 16)]
  bytes(mask, 16).set(Array.from({ length: 16 }, (_, i) => (isAlpha(channels, i % channels) ? 0 : 255)))
  // 256 rows of bytes fit into 16-bit sums, and no picture that can be read has a larger factor.
  const [columnsA, columnsB] = [columnA, columnB].map((at) => new Uint16Array(block.buffer, at, length)) as [
    Uint16Array,
    Uint16Array,
  ]
  let squares = 0
  for (let y = 0, start = 0; y < height; y++, start += length) {
    rowA.set(a.subarray(start, start + length))
    rowB.set(b.subarray(start, start + length))
    squares += kernels.compare(atA, atB, padded(length), worst, mask, columnA, columnB)
    if ((y + 1) % factor === 0 || y + 1 === height) {
      const row = Math.floor(y / factor) * Math.ceil(width / factor)
      sumColours(columnsA, channels, factor, sumsA, row)
      sumColours(columnsB, channels, factor, sumsB, row)
    }
  }
  return { largest: Math.max(...largest), squares: channels < 3 ? 3 * squares : squares }
}

const isAlpha = (channels: number, channel: number): boolean => channels % 2 === 0 && channel === channels - 1

/** Adds the colours of each `factor` columns to a row of blocks, and empties the columns. */
function sumColours(columns: Uint16Array, channels: number, factor: number, sums: Float64Array, row: number): void {
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2]
  for (let x = 0, i = 0; i < columns.length; x++, i += channels) {
    const at = 3 * (row + Math.floor(x / factor))
    sums[at]! += columns[i]!
    sums[at + 1]! += columns[i + green]!
    sums[at + 2]! += columns[i + blue]!
  }
  columns.fill(0)
}

/** The same of any two pictures. */
function compareAny(
  original: Pixels,
  written: Pixels,
  factor: number,
  sumsA: Float64Array,
  sumsB: Float64Array,
): Differences {
  const { width, height } = original
  const a = reader(original)
  const b = reader(written)
  const compareAlpha = a.alpha >= 0 && b.alpha >= 0
  let largest = 0
  let squares = 0
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * Math.ceil(width / factor)
    let rowSquares = 0
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * a.channels
      const j = (y * width + x) * b.channels
      const r0 = a.data[i]! * a.unit
      const g0 = a.data[i + a.green]! * a.unit
      const b0 = a.data[i + a.blue]! * a.unit
      const r1 = b.data[j]! * b.unit
      const g1 = b.data[j + b.green]! * b.unit
      const b1 = b.data[j + b.blue]! * b.unit
      const dr = Math.abs(r1 - r0)
      const dg = Math.abs(g1 - g0)
      const db = Math.abs(b1 - b0)
      largest = Math.max(largest, dr, dg, db)
      rowSquares += dr * dr + dg * dg + db * db
      if (compareAlpha)
        largest = Math.max(largest, Math.abs(b.data[j + b.alpha]! * b.unit - a.data[i + a.alpha]! * a.unit))
      const at = 3 * (row + Math.floor(x / factor))
      sumsA[at]! += r0
      sumsA[at + 1]! += g0
      sumsA[at + 2]! += b0
      sumsB[at]! += r1
      sumsB[at + 1]! += g1
      sumsB[at + 2]! += b1
    }
    squares += rowSquares
  }
  return { largest, squares }
}

function reader(pixels: Pixels) {
  const { channels } = pixels
  return {
    data: pixels.data,
    channels,
    unit: pixels.data instanceof Uint16Array ? 1 / 257 : 1,
    green: channels < 3 ? 0 : 1,
    blue: channels < 3 ? 0 : 2,
    alpha: channels === 2 ? 1 : channels === 4 ? 3 : -1,
  }
}

/** Turns sums of blocks into their means, in place; blocks at the right and bottom edges may be smaller. */
function average(sums: Float64Array, factor: number, width: number, height: number): void {
  if (factor === 1) return
  for (let y = 0, at = 0; y < height; y += factor) {
    for (let x = 0; x < width; x += factor) {
      const count = Math.min(factor, width - x) * Math.min(factor, height - y)
      for (let c = 0; c < 3; c++, at++) sums[at]! /= count
    }
  }
}

/** Rec. 601 luma of interleaved colours. */
function lumaOf(colours: Float64Array): Float64Array {
  const out = new Float64Array(colours.length / 3)
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    out[i] = luma(colours[at]!, colours[at + 1]!, colours[at + 2]!)
  }
  return out
}
