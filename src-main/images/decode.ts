/** Decoded pixels of a picture in its own encoded values: as displayed, and not converted by its colour profile. */
import sharp from 'sharp'
import { OPEN } from './inspect.js'
import type { Pixels } from './perturb.js'

/** The kind of pixels a picture is worked on in. */
export interface PixelKind {
  readonly grey: boolean
  /** 16 bit a channel. */
  readonly deep: boolean
}

export type ColourSpace = 'b-w' | 'srgb' | 'grey16' | 'rgb16'

export function colourSpaceOf(kind: PixelKind): ColourSpace {
  if (kind.deep) return kind.grey ? 'grey16' : 'rgb16'
  return kind.grey ? 'b-w' : 'srgb'
}

/**
 * Decodes a picture (path, or an encoded file in memory). EXIF orientation is applied; the profile is ignored.
 *
 * @param flat flatten alpha on white
 * @throws what the decoder throws
 */
export async function decode(source: string | Buffer, kind: PixelKind, flat = false): Promise<Pixels> {
  let pipeline = sharp(source, { ...OPEN, ignoreIcc: true }).autoOrient()
  if (flat) pipeline = pipeline.flatten({ background: '#ffffff' })
  const grey8 = kind.grey && !kind.deep
  const { hasAlpha } = grey8 && !flat ? await sharp(source, OPEN).metadata() : { hasAlpha: false }
  // 8-bit grey loses its alpha channel on the way to raw pixels, so it takes the way over RGB.
  const throughRgb = grey8 && hasAlpha
  const { data, info } = await pipeline
    .toColourspace(throughRgb ? 'srgb' : colourSpaceOf(kind))
    .raw({ depth: kind.deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  if (throughRgb) return { data: greyAndAlpha(data, width * height), width, height, channels: 2 }
  return { data: kind.deep ? words(data) : bytes(data), width, height, channels: info.channels as Pixels['channels'] }
}

function greyAndAlpha(rgba: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count * 2)
  for (let i = 0; i < count; i++) {
    out[2 * i] = rgba[4 * i]!
    out[2 * i + 1] = rgba[4 * i + 3]!
  }
  return out
}

/** A Buffer as the plain array that it is, so that pixels of one kind have one type. */
function bytes(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** The bytes as 16-bit words in this machine's order, without a copy where they are aligned. */
function words(data: Buffer): Uint16Array {
  const aligned = data.byteOffset % 2 === 0 ? data : new Uint8Array(data)
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2)
}
