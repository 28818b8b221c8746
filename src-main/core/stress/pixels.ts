/** What the stress test does to small pictures: 3×S×S, channel-first, encoded sRGB. */
import { boxMean } from '../box-mean.js'
import { luma } from '../luma.js'
import type { KeyedRandom } from '../random/random.js'

/** Keeps the luma of BT.601 and blurs both colour differences over 5×5 places. Bytes in, bytes out. */
export function chromaBlur(pixels: Uint8Array, side: number): Uint8Array {
  const area = side * side
  const lumas = Float32Array.from({ length: area }, (_, i) =>
    luma(pixels[i]!, pixels[area + i]!, pixels[2 * area + i]!),
  )
  const out = new Uint8ClampedArray(3 * area)
  for (let c = 0; c < 3; c++) {
    const difference = boxMean(
      lumas.map((y, i) => pixels[c * area + i]! - y),
      side,
      2,
    )
    for (let i = 0; i < area; i++) out[c * area + i] = lumas[i]! + difference[i]!
  }
  return new Uint8Array(out.buffer)
}

/** The fine part of a mean of pictures: the mean less its 5×5 blur. What a class-wise noise would leave there. */
export function fineOfMean(sum: Float64Array, count: number, side: number): Float32Array {
  const area = side * side
  const mean = Float32Array.from(sum, (value) => value / count)
  for (let c = 0; c < 3; c++) {
    const plane = mean.slice(c * area, (c + 1) * area)
    boxMean(plane, side, 2).forEach((value, i) => (mean[c * area + i]! -= value))
  }
  return mean
}

/** A picture less the fine part of its class, rounded and clamped to bytes. */
export function subtract(pixels: Uint8Array, fine: Float32Array): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from(pixels, (value, i) => value - fine[i]!).buffer)
}

/** Covers a square of half the side, centred anywhere in the picture, with middle grey (DeVries & Taylor 2017); 0–1. */
export function cutout(images: Float32Array, n: number, side: number, random: KeyedRandom): void {
  const [top, left] = [random.integer(side) - side / 4, random.integer(side) - side / 4]
  for (let c = 0; c < 3; c++)
    for (let y = Math.max(0, Math.ceil(top)); y < Math.min(side, top + side / 2); y++) {
      const row = ((n * 3 + c) * side + y) * side
      images.fill(0.5, row + Math.max(0, Math.ceil(left)), row + Math.ceil(Math.min(side, left + side / 2)))
    }
}

/**
 * Blends each picture with another one of the batch by a uniform share (Zhang et al. 2018, α = 1). Engines take one
 * label a picture: it is drawn by the share, so that the expected loss is that of the two labels weighed by it.
 */
export function mixup(images: Float32Array, labels: Int32Array, random: KeyedRandom): void {
  const [from, names] = [images.slice(), labels.slice()]
  const size = images.length / labels.length
  const partner = random.permutation(labels.length)
  for (let n = 0; n < labels.length; n++) {
    const other = partner[n]!
    const share = random.uniform()
    for (let i = 0; i < size; i++) {
      images[n * size + i] = share * from[n * size + i]! + (1 - share) * from[other * size + i]!
    }
    labels[n] = random.uniform() < share ? names[n]! : names[other]!
  }
}
