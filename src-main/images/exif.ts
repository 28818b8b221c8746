/** EXIF blocks: what is patched in a kept one, and a new one that holds the rights only. All over the TIFF structure. */

const ORIENTATION = 0x0112
const ARTIST = 0x013b
const COPYRIGHT = 0x8298
const EXIF_IFD = 0x8769
const WIDTH = 0xa002
const HEIGHT = 0xa003
const ASCII = 2
const LONG = 4

/** The block without the prefix that JPEG puts before it. */
export function withoutPrefix(exif: Uint8Array): Uint8Array {
  return Buffer.from(exif).toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif
}

/**
 * Says, in place, that the picture is stored upright and how large it is.
 * @throws RangeError for a block whose directories lie outside it
 */
export function setUpright(exif: Uint8Array, width: number, height: number): void {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  const little = view.getUint16(0) === 0x4949
  const patch = (directory: number, values: ReadonlyMap<number, number>): void => {
    for (let i = 0, count = view.getUint16(directory, little); i < count; i++) {
      const entry = directory + 2 + i * 12
      const tag = view.getUint16(entry, little)
      const value = values.get(tag)
      if (value !== undefined) {
        if (view.getUint16(entry + 2, little) === LONG) view.setUint32(entry + 8, value, little)
        else view.setUint16(entry + 8, value, little)
      }
      if (tag === EXIF_IFD) {
        const sizes = new Map([
          [WIDTH, width],
          [HEIGHT, height],
        ])
        patch(view.getUint32(entry + 8, little), sizes)
      }
    }
  }
  patch(view.getUint32(4, little), new Map([[ORIENTATION, 1]]))
}

/** A block that says who made the picture and whose it is, and nothing else; null where neither is known. */
export function rightsExif(artist: string | null, copyright: string | null): Uint8Array | null {
  const entries = [
    [ARTIST, artist],
    [COPYRIGHT, copyright],
  ].filter((entry): entry is [number, string] => entry[1] !== null)
  if (entries.length === 0) return null
  const texts = entries.map(([, text]) => Buffer.from(`${text}\0`))
  const start = 8 + 2 + entries.length * 12 + 4
  // Up to four bytes stand in the entry itself.
  const out = Buffer.alloc(start + texts.reduce((sum, { length }) => sum + (length > 4 ? length : 0), 0))
  out.write('II*\0', 'latin1')
  out.writeUInt32LE(8, 4)
  out.writeUInt16LE(entries.length, 8)
  let at = start
  entries.forEach(([tag], i) => {
    const entry = 10 + i * 12
    const text = texts[i]!
    out.writeUInt16LE(tag, entry)
    out.writeUInt16LE(ASCII, entry + 2)
    out.writeUInt32LE(text.length, entry + 4)
    text.copy(out, text.length > 4 ? at : entry + 8)
    if (text.length <= 4) return
    out.writeUInt32LE(at, entry + 8)
    at += text.length
  })
  return out
}
