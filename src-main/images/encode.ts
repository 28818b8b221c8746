/** Encoding protected pixels with the metadata and the colour profile of the original. */
import { open } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { colourSpaceOf, decode, type PixelKind } from './decode.js'
import { OPEN } from './inspect.js'
import type { PictureFacts } from './inspect.js'
import type { Pixels } from './perturb.js'
import { blankPngPreviews, withoutXmpPreviews } from './previews.js'
import type { OutputFormat } from './types.js'

export interface Encoding {
  readonly format: OutputFormat
  readonly lossless: boolean
  /** 1–100, of lossy formats. */
  readonly quality: number
  readonly progressive: boolean
}

const DEFAULT_QUALITY: Record<OutputFormat, number> = { jpeg: 95, webp: 95, avif: 90, png: 100, tiff: 100 }

/** Longest side that the format can store; the others are limited by PIXEL_LIMIT only. */
export const LONGEST_SIDE: Partial<Record<OutputFormat, number>> = { jpeg: 65_500, webp: 16_383, avif: 16_384 }

/** How a picture will be encoded: WebP is lossless where the original was and no quality is asked for. */
export async function encodingFor(
  source: string,
  facts: PictureFacts,
  format: OutputFormat,
  quality: number | null,
): Promise<Encoding> {
  const lossless =
    format === 'png' ||
    format === 'tiff' ||
    (format === 'webp' && quality === null && (await isLossless(source, facts)))
  return {
    format,
    lossless,
    quality: quality ?? DEFAULT_QUALITY[format],
    progressive: format === 'jpeg' && facts.format === 'jpeg' && facts.metadata.isProgressive,
  }
}

async function isLossless(source: string, facts: PictureFacts): Promise<boolean> {
  if (facts.format === 'webp') return isLosslessWebp(source)
  return facts.format === 'png' || facts.format === 'tiff'
}

/** Whether the pixels are in a VP8L chunk: walks the RIFF chunks, reading their headers only. */
async function isLosslessWebp(source: string): Promise<boolean> {
  const file = await open(source, 'r')
  try {
    const header = Buffer.alloc(8)
    for (let at = 12; (await file.read(header, 0, 8, at)).bytesRead === 8;) {
      const name = header.toString('latin1', 0, 4)
      if (name === 'VP8L') return true
      if (name === 'VP8 ') return false
      const length = header.readUInt32LE(4)
      at += 8 + length + (length % 2)
    }
    return false
  } finally {
    await file.close()
  }
}

/**
 * The original's first pixel as a PNG with all its metadata, orientation applied, previews blanked: what the protected
 * pixels are put onto. The encoder then keeps profile, EXIF, XMP and density, with no colour conversion and without
 * decoding the original a second time.
 */
async function carrierOf(source: string, kind: PixelKind, flat: boolean): Promise<Buffer> {
  let corner = sharp(source, { ...OPEN, ignoreIcc: true }).extract({ left: 0, top: 0, width: 1, height: 1 })
  if (flat) corner = corner.flatten({ background: '#ffffff' })
  corner = corner.toColourspace(colourSpaceOf(kind)).keepExif().keepXmp().keepIccProfile()
  const upright = sharp(await corner.png().toBuffer(), { ignoreIcc: true }).autoOrient()
  const png = await upright.toColourspace(colourSpaceOf(kind)).keepExif().keepXmp().keepIccProfile().png().toBuffer()
  return blankPngPreviews(png)
}

function flip(pixels: Pixels, corner: Pixels): void {
  for (let c = 0; c < corner.channels; c++) pixels.data[c]! ^= corner.data[c]!
}

/**
 * Encodes pixels as a file in memory, with the profile (byte for byte), EXIF and XMP of `source`.
 *
 * @param pixels as `decode(source, kind, flat)` shaped them; left as they were
 * @throws what the encoder throws
 */
export async function encode(
  source: string,
  pixels: Pixels,
  kind: PixelKind,
  flat: boolean,
  encoding: Encoding,
): Promise<Buffer> {
  const carrier = await carrierOf(source, kind, flat)
  const { xmpAsString } = await sharp(carrier).metadata()
  const { data, width, height, channels } = pixels
  const corner = await decode(carrier, kind)
  if (corner.channels !== channels) throw new Error(`a corner of ${corner.channels} channels for ${channels}`)
  // Exclusive or: 0 ⊕ p = p beyond the corner; at the corner, c ⊕ (c ⊕ p) = p.
  flip(pixels, corner)
  try {
    const alpha = channels % 2 === 0 ? 0 : 1
    let pipeline = sharp(carrier, { ...OPEN, ignoreIcc: true })
      .extend({ right: width - 1, bottom: height - 1, background: { r: 0, g: 0, b: 0, alpha } })
      .boolean(data as Buffer, 'eor', { raw: { width, height, channels } })
      .toColourspace(colourSpaceOf(kind))
      .keepExif()
      .keepIccProfile()
    if (xmpAsString !== undefined) pipeline = pipeline.withXmp(withoutXmpPreviews(xmpAsString))
    return await compress(pipeline, encoding).toBuffer()
  } finally {
    flip(pixels, corner)
  }
}

function compress(pipeline: Sharp, { format, lossless, quality, progressive }: Encoding): Sharp {
  switch (format) {
    case 'jpeg':
      return pipeline.jpeg({ quality, progressive, chromaSubsampling: '4:4:4' })
    case 'png':
      return pipeline.png({ palette: false })
    case 'webp':
      return pipeline.webp(lossless ? { lossless, exact: true } : { quality, alphaQuality: 100, exact: true })
    case 'tiff':
      return pipeline.tiff({ compression: 'deflate', predictor: 'horizontal' })
    case 'avif':
      return pipeline.avif({ quality, chromaSubsampling: '4:4:4' })
  }
}
