/** How far the written picture is from the original, measured on its decoded pixels. */
import { ssim as ssimOf } from 'ssim.js'
import type { Pixels } from './perturb.js'

export interface Quality {
  /** Largest change of a colour or alpha value, 0–255 (16-bit pictures: a fraction). */
  readonly maxAbsDiff: number
  /** dB over the colour channels, peak 255; null when nothing changed. */
  readonly psnr: number | null
  /** Mean SSIM of the luma, 0–1. */
  readonly ssim: number
}

/** Pictures are averaged down by a whole factor to a shorter side of about this, as the reference SSIM does. */
const SSIM_SIDE = 256

/**
 * Compares two pictures of the same size; channels and depth may differ (grey against RGB, 16 against 8 bit, an alpha
 * channel that one lacks is not compared). One pass over the pixels; memory beyond them is that of the SSIM's small
 * pictures.
 *
 * PSNR is 10·log10(255² / mean squared colour difference). SSIM (Wang et al. 2004) is over the Rec. 601 luma, after
 * averaging by the factor max(1, round(shorter side / 256)), the authors' recommended practice.
 *
 * @throws RangeError if the sizes differ
 */
export function measure(original: Pixels, written: Pixels): Quality {
  const { width, height } = original
  if (written.width !== width || written.height !== height) {
    throw new RangeError(`${written.width}×${written.height} is not ${width}×${height}`)
  }
  const a = reader(original)
  const b = reader(written)
  const factor = Math.max(1, Math.round(Math.min(width, height) / SSIM_SIDE))
  const small = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
  const lumaA = new Float64Array(small.width * small.height)
  const lumaB = new Float64Array(small.width * small.height)
  const compareAlpha = a.alpha >= 0 && b.alpha >= 0
  let largest = 0
  let squares = 0
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * small.width
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
      if (dr > largest) largest = dr
      if (dg > largest) largest = dg
      if (db > largest) largest = db
      rowSquares += dr * dr + dg * dg + db * db
      if (compareAlpha)
        largest = Math.max(largest, Math.abs(b.data[j + b.alpha]! * b.unit - a.data[i + a.alpha]! * a.unit))
      const at = row + Math.floor(x / factor)
      lumaA[at]! += 0.299 * r0 + 0.587 * g0 + 0.114 * b0
      lumaB[at]! += 0.299 * r1 + 0.587 * g1 + 0.114 * b1
    }
    squares += rowSquares
  }
  const mse = squares / (3 * width * height)
  return {
    // A 257th of a 16-bit step is not exact in binary.
    maxAbsDiff: Math.round(largest * 65_536) / 65_536,
    psnr: mse === 0 ? null : 10 * Math.log10(255 ** 2 / mse),
    ssim: ssim(lumaA, lumaB, small, factor, width, height),
  }
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

/** SSIM of the block sums of two pictures; blocks at the right and bottom edges may be smaller. */
function ssim(
  sumsA: Float64Array,
  sumsB: Float64Array,
  size: { width: number; height: number },
  factor: number,
  width: number,
  height: number,
): number {
  const image = (sums: Float64Array) => {
    const data = new Uint8ClampedArray(sums.length * 4)
    for (let y = 0; y < size.height; y++) {
      const rows = Math.min(factor, height - y * factor)
      for (let x = 0; x < size.width; x++) {
        const columns = Math.min(factor, width - x * factor)
        const at = y * size.width + x
        data.fill(sums[at]! / (rows * columns), at * 4, at * 4 + 3)
        data[at * 4 + 3] = 255
      }
    }
    return { data, ...size }
  }
  const windowSize = Math.min(11, size.width, size.height)
  const { mssim } = ssimOf(image(sumsA), image(sumsB), { downsample: false, ssim: 'weber', windowSize })
  return Math.min(1, Math.max(0, mssim))
}
