/** Pictures made to be looked at: small ones for lists, and a crop before and after at 100 %. */
import sharp from 'sharp'
import { FixativeError } from '../core/errors.js'
import { allowanceFor, look, standIn } from './budget.js'
import { decode } from './decode.js'
import { type ImageFacts, inspect, OPEN } from './inspect.js'
import { readFailure } from './sniff.js'
import { enlarger } from './perturb.js'
import { LARGEST_CHANGE, scaledNoise } from './sight.js'
import type { Eyes } from './types.js'

export interface ImageRequest {
  readonly source: string
  /** Longest side of the result, pixels; a smaller picture is not enlarged. */
  readonly size: number
}

export interface Image {
  readonly bytes: Uint8Array
  readonly mime: string
  readonly width: number
  readonly height: number
}

/**
 * A picture as it is displayed: orientation applied, sRGB, no metadata.
 * @throws FixativeError `picture-unreadable`
 */
export async function image({ source, size }: ImageRequest): Promise<Image> {
  const facts = await inspect(source)
  if (!facts.ok) throw unreadable(source, facts.reason)
  try {
    const small = sharp(source, OPEN)
      .autoOrient()
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
    const encoded = facts.alpha ? small.webp({ quality: 85, effort: 0 }) : small.jpeg({ quality: 85 })
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
    const mime = facts.alpha ? 'image/webp' : 'image/jpeg'
    return { bytes: new Uint8Array(data), mime, width: info.width, height: info.height }
  } catch (error) {
    throw unreadable(source, readFailure(error))
  }
}

export interface CropRequest {
  readonly source: string
  readonly resolution: number
  readonly eyes: Eyes
  /** Size of the crop in pixels, and where its centre lies, 0–1; it is moved inside where it sticks out. */
  readonly width: number
  readonly height: number
  readonly centerX: number
  readonly centerY: number
}

export interface Crop {
  /** PNG. The difference is amplified and laid on mid-grey. */
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly difference: Uint8Array
  readonly amplification: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly imageWidth: number
  readonly imageHeight: number
  /** dB over the colour channels of the crop, peak 255; null when nothing changed. */
  readonly psnr: number | null
  /** 0–255. */
  readonly maxAbsDiff: number
  /** Mean ꟻLIP of the whole picture, 0–1. */
  readonly flip: number
}

/**
 * A crop of a picture at 100 %, before and after noise is laid over it exactly as the export does (with the picture's own
 * budget, scaled to the wanted visibility, enlarged to the whole picture's size, added in encoded values, clipped,
 * rounded), and the change between them. The noise is a stand-in, because the real one is only learnt by a job.
 *
 * @throws FixativeError `picture-unreadable`
 */
export async function cropBeforeAfter(request: CropRequest): Promise<Crop> {
  const { source, resolution } = request
  const facts = await inspect(source)
  if (!facts.ok) throw unreadable(source, facts.reason)
  const { width: imageWidth, height: imageHeight } = facts.metadata.autoOrient
  const width = Math.min(request.width, imageWidth)
  const height = Math.min(request.height, imageHeight)
  const x = place(request.centerX, width, imageWidth)
  const y = place(request.centerY, height, imageHeight)
  const channels = facts.alpha ? 4 : 3
  try {
    const cut = sharp(source, OPEN).autoOrient().toColourspace('srgb').extract({ left: x, top: y, width, height })
    const pixels = facts.alpha ? cut.ensureAlpha() : cut.removeAlpha()
    const before = new Uint8Array(await pixels.raw({ depth: 'uchar' }).toBuffer())
    const { noise: delta, flip } = await previewNoise(request, facts)
    const rows = enlarger(delta, resolution, imageWidth, imageHeight, LARGEST_CHANGE, facts.grey ? 1 : 3)
    const after = new Uint8Array(before)
    for (let line = 0; line < height; line++) {
      const noise = rows.row(y + line)
      const start = line * width * channels
      for (let column = 0; column < width; column++) {
        for (let c = 0; c < 3; c++) {
          const at = start + column * channels + c
          const change = Math.floor(noise[facts.grey ? x + column : (x + column) * 3 + c]! + 0.5)
          after[at] = Math.min(255, Math.max(0, before[at]! + change))
        }
      }
    }
    const { difference, squares, largest, amplification } = compare(before, after, channels)
    const raw = { width, height, channels } as const
    const png = async (data: Uint8Array, form: typeof raw | { width: number; height: number; channels: 3 }) =>
      new Uint8Array(await sharp(data, { raw: form }).png({ compressionLevel: 3 }).toBuffer())
    return {
      before: await png(before, raw),
      after: await png(after, raw),
      difference: await png(difference, { width, height, channels: 3 }),
      amplification,
      x,
      y,
      width,
      height,
      imageWidth,
      imageHeight,
      psnr: squares === 0 ? null : 10 * Math.log10((255 * 255 * width * height * 3) / squares),
      maxAbsDiff: largest,
      flip,
    }
  } catch (error) {
    throw error instanceof RangeError ? error : unreadable(source, readFailure(error))
  }
}

/** Noise of the wanted visibility, 3×S×S, and how visible it is. */
async function previewNoise(
  { source, resolution, eyes }: CropRequest,
  facts: ImageFacts,
): Promise<{ noise: Float32Array; flip: number }> {
  const allowed = await allowanceFor(await look(source, facts), resolution, eyes)
  const whole = await decode(source, { grey: facts.grey, deep: false })
  const field = standIn(whole, resolution)
  const { noise, seen } = await scaledNoise(whole, { field, resolution, ...allowed })
  return { noise, flip: seen.mean }
}

function place(centre: number, size: number, whole: number): number {
  return Math.min(whole - size, Math.max(0, Math.round(centre * whole - size / 2)))
}

/** The change, as many times as fit, on mid-grey. */
function compare(before: Uint8Array, after: Uint8Array, channels: number) {
  let squares = 0
  let largest = 0
  eachColour((at) => {
    const change = after[at]! - before[at]!
    squares += change * change
    largest = Math.max(largest, Math.abs(change))
  })
  const amplification = Math.max(1, Math.floor(127 / Math.max(1, largest)))
  const difference = new Uint8Array((before.length / channels) * 3)
  eachColour((at, i) => (difference[i] = 128 + (after[at]! - before[at]!) * amplification))
  return { difference, squares, largest, amplification }

  function eachColour(visit: (at: number, index: number) => void): void {
    for (let pixel = 0, i = 0; pixel < before.length; pixel += channels)
      for (let c = 0; c < 3; c++) visit(pixel + c, i++)
  }
}

function unreadable(source: string, reason: string): FixativeError {
  return new FixativeError('picture-unreadable', `${source} cannot be shown: ${reason}`)
}
