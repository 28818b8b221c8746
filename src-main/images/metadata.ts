/** What of a picture's metadata its protected copy carries. */
import readExif from 'exif-reader'
import type { Metadata } from 'sharp'
import { type Ancillary, fitsJpeg } from './containers.js'
import { rightsExif, setUpright, withoutPrefix } from './exif.js'
import { blankExifPreviews } from './previews.js'
import type { MetadataPolicy, OutputFormat } from './types.js'
import { type Attribution, reservedXmp, rightsXmp, withoutXmpPreviews } from './xmp.js'

/**
 * The metadata of the copy. In every case the colour profile and the density are kept, for without them the picture
 * would look another way or have another size; a small picture of the original inside never survives; the orientation
 * is upright, as the pixels are. The older IPTC-IIM block is not written again: its creator and copyright go into XMP.
 *
 * A block that is too large for a JPEG's one segment is cut down to the rights.
 *
 * @param format of the copy
 * @param reserve say "no data mining" in XMP
 */
export function carriedMetadata(
  metadata: Metadata,
  format: OutputFormat,
  policy: MetadataPolicy,
  reserve: boolean,
): Ancillary {
  const { icc, density } = metadata
  const wanted = (kept: MetadataPolicy): Ancillary => {
    const { exif, xmp } = kept === 'none' ? { exif: null, xmp: null } : textual(metadata, kept)
    return { icc: icc ?? null, density: density ?? null, exif, xmp: reserve ? reservedXmp(xmp) : xmp }
  }
  const ancillary = wanted(policy)
  if (format !== 'jpeg' || policy !== 'keep') return ancillary
  const { exif, xmp } = ancillary
  return {
    ...ancillary,
    exif: exif && !fitsJpeg.exif(exif) ? wanted('rights').exif : exif,
    xmp: xmp !== null && !fitsJpeg.xmp(xmp) ? wanted('rights').xmp : xmp,
  }
}

function textual(metadata: Metadata, policy: 'keep' | 'rights'): Pick<Ancillary, 'exif' | 'xmp'> {
  const xmp = metadata.xmpAsString === undefined ? null : withoutXmpPreviews(metadata.xmpAsString)
  const exif = metadata.exif ? new Uint8Array(withoutPrefix(metadata.exif)) : null
  const known = attribution(exif, metadata.iptc)
  if (policy === 'rights') return { exif: rightsExif(known.artist, known.copyright), xmp: rightsXmp(xmp, known) }
  if (exif) {
    blankExifPreviews(exif)
    const { width, height } = metadata.autoOrient
    try {
      setUpright(exif, width, height)
    } catch {
      exif.fill(0)
    }
  }
  // A block that was blanked whole says nothing.
  const kept = exif?.some((byte) => byte !== 0) ? exif : null
  return { exif: kept, xmp: xmp ?? (metadata.iptc && !kept ? rightsXmp(null, known) : null) }
}

/** Creator and copyright from EXIF, else from IPTC-IIM (data sets 2:80 and 2:116). */
function attribution(exif: Uint8Array | null, iptc: Uint8Array | undefined): Attribution {
  const image = exif ? exifImage(exif) : {}
  const dataSets = iptc ? readIptc(iptc) : new Map<number, string>()
  return {
    artist: text(image.Artist) ?? text(dataSets.get(80)),
    copyright: text(image.Copyright) ?? text(dataSets.get(116)),
  }
}

function text(value: unknown): string | null {
  if (typeof value !== 'string') return null
  // Control characters have no place in XML.
  // eslint-disable-next-line no-control-regex
  const clean = value.replace(/[\0-\x1f\x7f]+/g, ' ').trim()
  return clean === '' ? null : clean
}

function exifImage(exif: Uint8Array): { Artist?: unknown; Copyright?: unknown } {
  try {
    return readExif(Buffer.from(exif)).Image ?? {}
  } catch {
    return {}
  }
}

/** The data sets of record 2 by number, the first of each. */
function readIptc(block: Uint8Array): Map<number, string> {
  const bytes = Buffer.from(block)
  const found = new Map<number, string>()
  for (let at = bytes.indexOf(0x1c); at >= 0 && at + 5 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 3)
    if (bytes[at] !== 0x1c || length > 0x7fff) break
    const number = bytes[at + 2]!
    if (bytes[at + 1] === 2 && !found.has(number)) found.set(number, bytes.toString('utf8', at + 5, at + 5 + length))
    at += 5 + length
  }
  return found
}
