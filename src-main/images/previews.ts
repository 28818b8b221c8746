/**
 * Removing the unprotected previews that metadata carries. Cameras and editors put a small copy of the picture into
 * its EXIF, maker note or XMP; written unchanged beside the protected pixels, it would be clean training data.
 */
const EXIF_IFD = 0x8769
const THUMBNAIL_OFFSET = 0x0201
const THUMBNAIL_LENGTH = 0x0202
const TYPE_SIZE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]

/**
 * Blanks, in place, the thumbnail directory of an EXIF block and every value in it that holds a JPEG (maker notes).
 * A block whose structure cannot be followed is blanked whole, for what cannot be read cannot be known to be harmless.
 *
 * @param exif a TIFF structure, without the "Exif\0\0" prefix
 */
export function blankExifPreviews(exif: Uint8Array): void {
  try {
    blank(exif)
  } catch {
    exif.fill(0)
  }
}

function blank(exif: Uint8Array): void {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  const little = view.getUint16(0) === 0x4949
  const u16 = (at: number): number => view.getUint16(at, little)
  const u32 = (at: number): number => view.getUint32(at, little)
  const wipe = (at: number, length: number): void => {
    exif.fill(0, at, Math.min(exif.length, at + length))
  }

  const visited = new Set<number>()
  function directory(at: number, isThumbnail: boolean): void {
    if (at === 0 || visited.has(at)) return
    visited.add(at)
    const count = u16(at)
    let offset = 0
    let length = 0
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + i * 12
      const tag = u16(entry)
      const size = (TYPE_SIZE[u16(entry + 2)] ?? 1) * u32(entry + 4)
      if (tag === EXIF_IFD) directory(u32(entry + 8), false)
      if (tag === THUMBNAIL_OFFSET) offset = u32(entry + 8)
      if (tag === THUMBNAIL_LENGTH) length = u32(entry + 8)
      if (size > 4) {
        const value = u32(entry + 8)
        if (isThumbnail || holdsJpeg(exif.subarray(value, value + size))) wipe(value, size)
      }
    }
    if (offset > 0) wipe(offset, length)
    const nextAt = at + 2 + count * 12
    const next = u32(nextAt)
    if (next !== 0) {
      directory(next, true)
      view.setUint32(nextAt, 0)
    }
  }
  directory(u32(4), false)
}

function holdsJpeg(bytes: Uint8Array): boolean {
  for (let i = bytes.indexOf(0xff); i >= 0; i = bytes.indexOf(0xff, i + 1)) {
    if (bytes[i + 1] === 0xd8 && bytes[i + 2] === 0xff) return true
  }
  return false
}

/** The XMP packet without embedded pictures (previews, and the originals and depth maps of phones), else as it was. */
export function withoutXmpPreviews(xmp: string): string {
  const names = '(?:\\w+:image|GImage:Data|GDepth:Data|GDepth:ConfidenceMap|\\w+:RelitInputImageData)'
  return xmp
    .replace(new RegExp(`(<(${names})(?:\\s[^>]*)?>)[^<]*(</\\2>)`, 'g'), '$1$3')
    .replace(new RegExp(`(\\s${names}=)(?:"[^"]*"|'[^']*')`, 'g'), '$1""')
}
