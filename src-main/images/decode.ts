/** Decoded pixels of a picture in its own encoded values: as displayed, and not converted by its colour profile. */
import sharp from 'sharp'
import { fitInto, toSrgb } from './convert.js'
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

/** How a picture is made ready for a channel. */
export interface View {
  /** Pixels into which it is made to fit; null: any. */
  readonly maxWidth: number | null
  readonly maxHeight: number | null
  /** keep: encoded values as they are. */
  readonly colourSpace: 'srgb' | 'keep'
}
const AS_IT_IS: View = { maxWidth: null, maxHeight: null, colourSpace: 'keep' }

/**
 * Decodes a picture (path, or an encoded file in memory). EXIF orientation is applied; the profile is ignored unless
 * `view` asks for sRGB.
 *
 * @param flat flatten alpha on white
 * @throws what the decoder throws
 */
export async function decode(
  source: string | Buffer,
  kind: PixelKind,
  flat = false,
  view: View = AS_IT_IS,
): Promise<Pixels> {
  const convert = view.colourSpace === 'srgb'
  let pipeline = fitInto(sharp(source, { ...OPEN, ignoreIcc: !convert }).autoOrient(), view)
  if (convert) pipeline = toSrgb(pipeline, await sharp(source, OPEN).metadata())
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
  return { data: kind.deep ? words(data) : bytes(data), width, height, channels: info.channels }
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
