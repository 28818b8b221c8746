/** What a file is, by its first bytes, and what is wrong when it cannot be read: without opening it as a picture. */
import { open } from 'node:fs/promises'
import type { OutputFormat } from './types.js'

/** Largest picture that is read: 2^28 − ~2^15 pixels, as 16,383 × 16,383; also 30,000 × 8,900. */
export const PIXEL_LIMIT = 16_383 * 16_383

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
