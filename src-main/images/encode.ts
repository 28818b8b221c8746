/** Encoding protected pixels with the metadata that the file is to carry. */
import { open } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { type Ancillary, jpegWith, pngWith } from './containers.js'
import { colourSpaceOf, type PixelKind } from './decode.js'
import { OPEN } from './inspect.js'
import type { ImageFacts } from './inspect.js'
import type { Pixels } from './perturb.js'
import type { OutputFormat } from './types.js'

export interface Encoding {
  readonly format: OutputFormat
  readonly lossless: boolean
  /** 1–100, of lossy formats. */
  readonly quality: number
  readonly progressive: boolean
  /** Of JPEG and AVIF. */
  readonly chromaSubsampling: '4:4:4' | '4:2:0'
}

const DEFAULT_QUALITY: Record<OutputFormat, number> = { jpeg: 95, webp: 95, avif: 90, png: 100, tiff: 100 }

/** Longest side that the format can store; the others are limited by PIXEL_LIMIT only. */
export const LONGEST_SIDE: Partial<Record<OutputFormat, number>> = { jpeg: 65_500, webp: 16_383, avif: 16_384 }

/** How a picture will be encoded: WebP is lossless where the original was and no quality is asked for. */
export async function encodingFor(
  source: string,
  facts: ImageFacts,
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
    // Most of the noise lies in the colours.
    chromaSubsampling: '4:4:4',
  }
}

async function isLossless(source: string, facts: ImageFacts): Promise<boolean> {
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
 * Encodes pixels as a file in memory.
 *
 * JPEG and PNG are encoded from the bare pixels and then given their metadata. The other formats have no structure that
 * is as simple: there the pixels are laid over an empty picture that already carries it, and libvips writes both.
 *
 * @throws what the encoder throws
 */
export async function encode(
  pixels: Pixels,
  kind: PixelKind,
  encoding: Encoding,
  ancillary: Ancillary,
): Promise<Buffer> {
  const { data, width, height, channels } = pixels
  const raw = { width, height, channels }
  const space = colourSpaceOf(kind)
  if (encoding.format === 'jpeg' || encoding.format === 'png') {
    const bare = await compress(sharp(data as Buffer, { ...OPEN, raw }).toColourspace(space), encoding).toBuffer()
    return encoding.format === 'jpeg' ? jpegWith(bare, ancillary) : pngWith(bare, ancillary)
  }
  const blank = data instanceof Uint16Array ? new Uint16Array(channels) : new Uint8Array(channels)
  const png = await sharp(blank as Buffer, { raw: { width: 1, height: 1, channels } })
    .toColourspace(space)
    .png({ palette: false })
    .toBuffer()
  const alpha = channels % 2 === 0 ? 0 : 1
  // Exclusive or with nothing gives the pixels themselves.
  const pipeline = sharp(pngWith(png, ancillary), { ...OPEN, ignoreIcc: true })
    .extend({ right: width - 1, bottom: height - 1, background: { r: 0, g: 0, b: 0, alpha } })
    .boolean(data as Buffer, 'eor', { raw })
    .toColourspace(space)
    .keepExif()
    .keepXmp()
    .keepIccProfile()
  return compress(pipeline, encoding).toBuffer()
}

function compress(pipeline: Sharp, { format, lossless, quality, progressive, chromaSubsampling }: Encoding): Sharp {
  switch (format) {
    case 'jpeg':
      // Huffman tables made for the picture would save about a twentieth of the file for thrice the time.
      return pipeline.jpeg({ quality, progressive, chromaSubsampling, optimiseCoding: progressive })
    case 'png':
      return pipeline.png({ palette: false })
    case 'webp':
      return pipeline.webp(lossless ? { lossless, exact: true } : { quality, alphaQuality: 100, exact: true })
    case 'tiff':
      return pipeline.tiff({ compression: 'deflate', predictor: 'horizontal' })
    case 'avif':
      return pipeline.avif({ quality, chromaSubsampling })
  }
}
