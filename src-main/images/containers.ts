/** Putting metadata into encoded JPEG and PNG files: their outer structure, segments and chunks. */
import { crc32, deflateSync } from 'node:zlib'

/** What is written beside the pixels. */
export interface Ancillary {
  /** A colour profile, byte for byte. */
  readonly icc: Uint8Array | null
  /** A TIFF structure, without the "Exif\0\0" prefix. */
  readonly exif: Uint8Array | null
  readonly xmp: string | null
  /** Dots per inch. */
  readonly density: number | null
}

/** Bytes that a JPEG segment holds beside its marker and length. */
const SEGMENT = 65_533
/** The segment that says how colours are coded. */
const ADOBE = 0xee
const EXIF = 'Exif\0\0'
const XMP = 'http://ns.adobe.com/xap/1.0/\0'
const ICC = 'ICC_PROFILE\0'

function segment(marker: number, ...parts: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
  if (body.length > SEGMENT) throw new RangeError(`a segment of ${body.length} bytes`)
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

/** Whether a block of metadata fits into the one segment that a JPEG has for it. */
export const fitsJpeg = {
  exif: (exif: Uint8Array): boolean => exif.length + EXIF.length <= SEGMENT,
  xmp: (xmp: string): boolean => Buffer.byteLength(xmp) + XMP.length <= SEGMENT,
}

/**
 * A JPEG with metadata; whatever it has of that itself stays behind.
 * @param jpeg as libjpeg writes it: SOI, segments of applications, then the tables
 */
export function jpegWith(jpeg: Buffer, { icc, exif, xmp, density }: Ancillary): Buffer {
  let at = 2
  while (jpeg[at] === 0xff && jpeg[at + 1]! >= 0xe0 && jpeg[at + 1]! <= 0xef && jpeg[at + 1] !== ADOBE) {
    at += 2 + jpeg.readUInt16BE(at + 2)
  }
  // Version 1.1, no thumbnail; units 1: dots per inch, 0: an aspect ratio.
  const [units, dots] = density !== null && density < 65_536 ? [1, Math.round(density)] : [0, 1]
  const jfif = Uint8Array.of(1, 1, units, dots >> 8, dots & 255, dots >> 8, dots & 255, 0, 0)
  const segments = [jpeg.subarray(0, 2), segment(0xe0, 'JFIF\0', jfif)]
  if (exif) segments.push(segment(0xe1, EXIF, exif))
  if (xmp !== null) segments.push(segment(0xe1, XMP, Buffer.from(xmp)))
  if (icc) {
    const room = SEGMENT - ICC.length - 2
    const count = Math.ceil(icc.length / room)
    for (let i = 0; i < count; i++) {
      segments.push(segment(0xe2, ICC, Uint8Array.of(i + 1, count), icc.subarray(i * room, (i + 1) * room)))
    }
  }
  return Buffer.concat([...segments, jpeg.subarray(at)])
}

function chunk(name: string, ...parts: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat([name, ...parts].map((p) => (typeof p === 'string' ? Buffer.from(p, 'latin1') : p)))
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(body.length - 4)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** A PNG with metadata, behind its header. */
export function pngWith(png: Buffer, { icc, exif, xmp, density }: Ancillary): Buffer {
  const header = 8 + 12 + 13
  const chunks = [png.subarray(0, header)]
  if (icc) chunks.push(chunk('iCCP', 'icc\0\0', deflateSync(icc)))
  if (density !== null) {
    const metre = Buffer.alloc(9)
    metre.writeUInt32BE(Math.round(density / 0.0254), 0)
    metre.writeUInt32BE(Math.round(density / 0.0254), 4)
    metre[8] = 1
    chunks.push(chunk('pHYs', metre))
  }
  if (exif) chunks.push(chunk('eXIf', exif))
  if (xmp !== null) chunks.push(chunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', Buffer.from(xmp)))
  return Buffer.concat([...chunks, withoutChunk(png, header, 'pHYs', density !== null)])
}

/** The rest of a PNG, without a chunk that stands before the pixels. */
function withoutChunk(png: Buffer, from: number, name: string, remove: boolean): Buffer {
  for (let at = from; remove && at + 12 <= png.length;) {
    const end = at + 12 + png.readUInt32BE(at)
    const found = png.toString('latin1', at + 4, at + 8)
    if (found === 'IDAT') break
    if (found === name) return Buffer.concat([png.subarray(from, at), png.subarray(end)])
    at = end
  }
  return png.subarray(from)
}
