/** What a file is, by its content: its format and the facts that decide whether Fixative can protect it. */
import { open } from 'node:fs/promises'
import sharp, { type Metadata } from 'sharp'
import type { OutputFormat } from './types.js'

/** Largest picture that is read: 2^28 − ~2^15 pixels, as 16,383 × 16,383; also 30,000 × 8,900. */
export const PIXEL_LIMIT = 16_383 * 16_383

/**
 * Longest side that is read, that of the largest JPEG. A file of two kilobytes can claim to be millions of pixels wide,
 * and keeps a processor busy for minutes before its end is found missing.
 */
export const SIDE_LIMIT = 65_535

/**
 * How every picture is opened. 'error' refuses truncated and damaged files, but not the harmless oddities ('warning')
 * that many cameras and editors write, such as spare bytes between segments.
 */
export const OPEN = { failOn: 'error', limitInputPixels: PIXEL_LIMIT, sequentialRead: true } as const

/** Settings for one worker process a core: libvips uses no threads of its own and keeps no pictures. */
export function configureSharp(): void {
  sharp.concurrency(1)
  sharp.cache(false)
}

/** Bytes that decide the format: every signature, and the animation chunk of a PNG, is in them. */
export const HEAD_BYTES = 4096

export type Sniffed = { readonly format: OutputFormat } | { readonly reason: string }

const ascii = (head: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...head.subarray(from, Math.min(to, head.length)))

function sniffIsoMedia(head: Uint8Array): Sniffed {
  // A box of brands: the major one, a version, and the compatible ones.
  const end = Math.min(head.length, 4096, new DataView(head.buffer, head.byteOffset).getUint32(0))
  const brands = new Set<string>()
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.add(ascii(head, at, at + 4))
  if (brands.has('avis')) return { reason: 'It is an animation; only still pictures can be protected.' }
  if (brands.has('avif')) return { format: 'avif' }
  if (['heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1'].some((brand) => brands.has(brand))) {
    return { reason: 'It is a HEIC picture, which cannot be read here; save it as JPEG or PNG first.' }
  }
  return { reason: 'It is a video or another media file, not a picture.' }
}

/** The format by the first bytes of a file, or a plain sentence why it is none that can be protected. */
export function sniff(head: Uint8Array): Sniffed {
  if (head.length === 0) return { reason: 'The file is empty.' }
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return { format: 'jpeg' }
  if (ascii(head, 0, 8) === '\x89PNG\r\n\x1a\n') {
    // The animation's chunk comes before the first one with pixels.
    const text = ascii(head, 0, HEAD_BYTES)
    const animation = text.indexOf('acTL')
    const pixels = text.indexOf('IDAT')
    if (animation > 0 && (pixels < 0 || animation < pixels)) {
      return { reason: 'It is an animated PNG; only still pictures can be protected.' }
    }
    return { format: 'png' }
  }
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') return { format: 'webp' }
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(head, 0, 4))) return { format: 'tiff' }
  if (head.length >= 12 && ascii(head, 4, 8) === 'ftyp') return sniffIsoMedia(head)
  const known: readonly (readonly [string, string])[] = [
    ['GIF8', 'a GIF picture'],
    ['8BPS', 'a Photoshop file'],
    ['BM', 'a BMP picture'],
    ['%PDF', 'a PDF document'],
    ['\xff\x0a', 'a JPEG XL picture'],
    ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
    ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ]
  const other = known.find(([signature]) => ascii(head, 0, signature.length) === signature)
  return {
    reason: other
      ? `It is ${other[1]}, a format that is not supported; save it as PNG, JPEG, WebP, TIFF or AVIF first.`
      : 'Its content is not a picture that can be read (JPEG, PNG, WebP, TIFF or AVIF).',
  }
}

export interface PictureFacts {
  readonly ok: true
  readonly format: OutputFormat
  readonly metadata: Metadata
  /** 16 bit a channel. */
  readonly deep: boolean
  /** One colour channel. */
  readonly grey: boolean
  readonly alpha: boolean
}

export type Inspection = PictureFacts | { readonly ok: false; readonly reason: string }

/** A sentence for whatever opening or decoding a picture threw. */
export function readFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'The file is not there any more.'
  if (code === 'EACCES' || code === 'EPERM') return 'The file may not be read: its permissions forbid it.'
  if (code === 'ENAMETOOLONG') return 'Its path is too long for this system.'
  if (code === 'EISDIR') return 'It is a folder, not a file.'
  if (code === 'EMFILE' || code === 'ENFILE') return 'The system has too many open files.'
  const text = error instanceof Error ? error.message : String(error)
  if (/pixel limit/i.test(text)) return `It has more than ${Math.floor(PIXEL_LIMIT / 1e6)} million pixels.`
  return code !== undefined && /^E[A-Z]+$/.test(code)
    ? `The file cannot be read (${code}).`
    : 'The picture is damaged or incomplete and cannot be decoded.'
}

/** The first bytes of a file, at most HEAD_BYTES. */
export async function readHead(source: string): Promise<Uint8Array> {
  const file = await open(source, 'r')
  try {
    const head = new Uint8Array(HEAD_BYTES)
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0)
    return head.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Reads the header of a file: what it is, or why it cannot be protected. Never throws for a bad picture. */
export async function inspect(source: string): Promise<Inspection> {
  try {
    const sniffed = sniff(await readHead(source))
    if ('reason' in sniffed) return { ok: false, reason: sniffed.reason }
    const metadata = await sharp(source, OPEN).metadata()
    const reason = refusal(metadata)
    if (reason) return { ok: false, reason }
    return {
      ok: true,
      format: sniffed.format,
      metadata,
      deep: metadata.depth === 'ushort',
      grey: metadata.space === 'b-w' || metadata.space === 'grey16',
      alpha: metadata.hasAlpha,
    }
  } catch (error) {
    return { ok: false, reason: readFailure(error) }
  }
}

function refusal(metadata: Metadata): string | null {
  const side = Math.max(metadata.width, metadata.height)
  if (side > SIDE_LIMIT) {
    return `It is ${side.toLocaleString('en')} pixels long; at most ${SIDE_LIMIT.toLocaleString('en')} on a side are read.`
  }
  if ((metadata.pages ?? 1) > 1) {
    return metadata.format === 'tiff'
      ? 'It is a TIFF of several pages; only single pictures can be protected.'
      : 'It is an animation or has several pictures; only single still pictures can be protected.'
  }
  if (metadata.space === 'cmyk') return 'It is a CMYK picture for print; convert it to RGB first.'
  const readable = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'].includes(metadata.space)
  const colours = metadata.channels - (metadata.hasAlpha ? 1 : 0)
  if (!readable || (colours !== 1 && colours !== 3)) {
    return `Its kind of colour (${metadata.space}, ${metadata.channels} channels) is not supported; convert it to RGB first.`
  }
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    return `Its ${metadata.depth} values are not supported; save it with 8 or 16 bit a channel first.`
  }
  return null
}
