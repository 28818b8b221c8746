import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { exportImage } from './export.js'
import { blankExifPreviews } from './previews.js'
import { withoutXmpPreviews } from './xmp.js'
import { AS_IT_IS, testNoise } from '../../test/support/noise-request.js'

/** An entry of a directory: `value` is itself, or where it lies. */
function entry(tag: number, type: number, count: number, value: number): Buffer {
  const b = Buffer.alloc(12)
  b.writeUInt16LE(tag, 0)
  b.writeUInt16LE(type, 2)
  b.writeUInt32LE(count, 4)
  b.writeUInt32LE(value, 8)
  return b
}

/** An EXIF block: IFD0 (Copyright) → Exif IFD (maker note with a JPEG) and IFD1 (thumbnail). */
function exifWith(preview: Buffer): Buffer {
  const copyright = Buffer.from('Somebody\0\0')
  const ifd = (entries: Buffer[], next: number): Buffer => {
    const count = Buffer.alloc(2)
    count.writeUInt16LE(entries.length)
    const link = Buffer.alloc(4)
    link.writeUInt32LE(next)
    return Buffer.concat([count, ...entries, link])
  }
  const ifd0 = 8
  const exifIfd = ifd0 + 2 + 24 + 4
  const ifd1 = exifIfd + 2 + 12 + 4
  const text = ifd1 + 2 + 36 + 4
  const note = text + copyright.length
  const thumb = note + preview.length
  return Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0', 'latin1'),
    ifd([entry(0x8298, 2, 9, text), entry(0x8769, 4, 1, exifIfd)], ifd1),
    ifd([entry(0x927c, 7, preview.length, note)], 0),
    ifd([entry(0x0103, 3, 1, 6), entry(0x0201, 4, 1, thumb), entry(0x0202, 4, 1, preview.length)], 0),
    copyright,
    preview,
    preview,
  ])
}

const preview = () =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: '#a03020' } })
    .jpeg()
    .toBuffer()
const jpegStarts = (bytes: Buffer): number => bytes.toString('latin1').split('\xff\xd8\xff').length - 1

describe('unprotected previews in metadata', () => {
  it('are blanked in EXIF, and the rest stays', async () => {
    const exif = exifWith(await preview())
    expect(jpegStarts(exif)).toBe(2)
    blankExifPreviews(exif)
    expect(jpegStarts(exif)).toBe(0)
    expect(exif.includes('Somebody')).toBe(true)
  })

  it('are blanked with the whole block when it is damaged', () => {
    const exif = Buffer.from('II*\0\xff\xff\xff\x7fJPEG?', 'latin1')
    blankExifPreviews(exif)
    expect(exif.every((byte) => byte === 0)).toBe(true)
  })

  it('are blanked as bare pixels in strips as well', () => {
    const pixels = Buffer.alloc(48, 0xaa)
    // IFD0 without entries at 8; IFD1 at 14 with two strips, whose offsets and lengths lie behind it.
    const [lists, at] = [14 + 2 + 24 + 4, 14 + 2 + 24 + 4 + 12]
    const offsets = Buffer.alloc(12)
    offsets.writeUInt32LE(at, 0)
    offsets.writeUInt32LE(at + 24, 4)
    offsets.writeUInt16LE(24, 8)
    offsets.writeUInt16LE(24, 10)
    const exif = Buffer.concat([
      Buffer.from('II*\0\x08\0\0\0\0\0\x0e\0\0\0\x02\0', 'latin1'),
      entry(0x0111, 4, 2, lists),
      entry(0x0117, 3, 2, lists + 8),
      Buffer.alloc(4),
      offsets,
      pixels,
    ])
    expect(exif.includes(pixels)).toBe(true)
    blankExifPreviews(exif)
    expect(exif.includes(0xaa)).toBe(false)
  })

  describe('in XMP', () => {
    const NAMES =
      'xmlns:g="http://ns.adobe.com/xap/1.0/g/img/" xmlns:my-own="urn:my-own" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    const xmp = (attributes: string, content: string): string =>
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${NAMES} ${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>`
    const jpeg = `/9j/${'QUJD'.repeat(40)}`

    it.each([
      ['by name', xmp('', `<g:image>QUJD</g:image>`)],
      ['as CDATA', xmp('', `<g:image><![CDATA[QUJD]]></g:image>`)],
      ['in an attribute', xmp('my-own:Data="QUJD"', '')],
      ['under any name, by what it is', xmp('', `<my-own:thing><![CDATA[${jpeg}]]></my-own:thing>`)],
      ['with breaks in it', xmp(`my-own:thing="${jpeg.replace('QUJD', 'QU&#xA;JD')}"`, '')],
    ])('are cut out %s', (_, text) => {
      const left = withoutXmpPreviews(text.replace('</rdf:Description>', '<dc:title>Sun</dc:title></rdf:Description>'))
      expect(left).not.toContain('QUJD')
      expect(left).toContain('<dc:title>Sun</dc:title>')
    })

    it('stay away with the whole packet where it cannot be read, and else it is as it was', () => {
      expect(withoutXmpPreviews('<a><g:image>QUJD')).toBe(null)
      const harmless = xmp('', '<dc:title>A title of many words, and no picture</dc:title>')
      expect(withoutXmpPreviews(harmless)).toBe(harmless)
    })
  })

  it('do not survive an export', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fixative-previews-'))
    try {
      const exif = Buffer.concat([Buffer.from('Exif\0\0'), exifWith(await preview())])
      const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#506070' } })
        .jpeg()
        .toBuffer()
      const segment = Buffer.alloc(4)
      segment.writeUInt16BE(0xffe1)
      segment.writeUInt16BE(exif.length + 2, 2)
      const source = join(folder, 'camera.jpg')
      await writeFile(source, Buffer.concat([jpeg.subarray(0, 2), segment, exif, jpeg.subarray(2)]))
      expect(jpegStarts((await sharp(source).metadata()).exif!)).toBe(2)
      for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
        const target = join(folder, `out.${format}`)
        await exportImage({
          source,
          target,
          ...testNoise(4),
          ...AS_IT_IS,
          format,
        })
        const kept = (await sharp(target).metadata()).exif!
        expect(jpegStarts(kept)).toBe(0)
        expect(kept.includes('Somebody')).toBe(true)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
