/**
 * Removing the unprotected previews that metadata carries. Cameras and editors put a small copy of the picture into
 * its EXIF, maker note or XMP; written unchanged beside the protected pixels, it would be clean training data.
 */
const EXIF_IFD = 0x8769
/** Where a directory's picture lies, and how long it is: as JPEG, or in strips or tiles of bare pixels. */
const PLACES = [
  { offset: 0x0201, length: 0x0202 },
  { offset: 0x0111, length: 0x0117 },
  { offset: 0x0144, length: 0x0145 },
] as const
const SHORT = 3
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
    /** Values of the tags of PLACES. */
    const found = new Map<number, number[]>()
    const values: { at: number; size: number }[] = []
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + i * 12
      const tag = u16(entry)
      const type = u16(entry + 2)
      const size = (TYPE_SIZE[type] ?? 1) * u32(entry + 4)
      const value = size > 4 ? u32(entry + 8) : entry + 8
      if (tag === EXIF_IFD) directory(u32(entry + 8), false)
      if (PLACES.some(({ offset, length }) => tag === offset || tag === length)) {
        const [width, read] = type === SHORT ? [2, u16] : [4, u32]
        found.set(
          tag,
          Array.from({ length: size / width }, (_, k) => read(value + k * width)),
        )
      }
      if (size > 4) values.push({ at: value, size })
    }
    for (const { at, size } of values) if (isThumbnail || holdsJpeg(exif.subarray(at, at + size))) wipe(at, size)
    for (const { offset, length } of PLACES) {
      found.get(offset)?.forEach((start, k) => {
        if (start > 0) wipe(start, found.get(length)?.[k] ?? exif.length)
      })
    }
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
