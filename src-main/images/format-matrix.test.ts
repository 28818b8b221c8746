/**
 * Every kind of file that people have: protected right – size as displayed, no value changed by more than ε where
 * nothing is lost, profile and wanted metadata kept, the rest gone – or refused in one sentence. Depth, channels and
 * orientation of the lossless formats are gone through in export.test.ts.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import readExif from 'exif-reader'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jpegWith, pngWith } from './containers.js'
import { decode } from './decode.js'
import { exportImage } from './export.js'
import { inspect } from './inspect.js'
import { AS_IT_IS, testNoise, withNoise } from '../../test/support/noise-request.js'
import { LARGEST_CHANGE } from './sight.js'

const RESOLUTION = 16
const [WIDTH, HEIGHT] = [56, 40]
const noise = testNoise(RESOLUTION)
const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"' +
  ' exif:GPSLatitude="48,12.5N"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Ada</rdf:li></rdf:Alt></dc:rights>' +
  '<dc:subject><rdf:Bag><rdf:li>garden</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-matrix-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Channels = 1 | 2 | 3 | 4
/** Smooth, with black and white in it. */
function image(channels: Channels, deep = false, width = WIDTH, height = HEIGHT): Sharp {
  const top = deep ? 65_535 : 255
  const value = (i: number): number => {
    const at = Math.floor(i / channels)
    return Math.round(
      top * Math.min(1, Math.max(0, 0.5 + 0.6 * Math.sin((at % width) / 9 + (i % channels) + at / 700))),
    )
  }
  const length = width * height * channels
  const data = deep ? Uint16Array.from({ length }, (_, i) => value(i)) : Uint8Array.from({ length }, (_, i) => value(i))
  const space = channels < 3 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb'
  return sharp(data as Buffer, { raw: { width, height, channels } }).toColourspace(space)
}

interface Kind {
  readonly profile?: 'p3'
  readonly orientation?: number
}
/** With everything that is to be kept, and everything that is not. */
function described(source: Sharp, { profile, orientation }: Kind): Sharp {
  const result = source
    .withExif({
      IFD0: { Copyright: 'Ada', Model: 'Camera 7' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1' },
    })
    .withXmp(XMP)
  if (orientation) return result.withMetadata({ orientation, ...(profile ? { icc: profile } : {}) })
  return profile ? result.withIccProfile(profile) : result
}

interface Row extends Kind {
  readonly name: string
  readonly make: (kind: Kind) => Promise<Buffer>
  readonly lossless: boolean
  readonly format: string
}

const P3 = { profile: 'p3' } as const
const plain =
  (channels: Channels, encode: (source: Sharp) => Sharp, deep = false) =>
  (kind: Kind) =>
    encode(described(image(channels, deep), kind)).toBuffer()

const rows: Row[] = (
  [
    ['JPEG, baseline 4:2:0', 'jpeg', false, plain(3, (s) => s.jpeg())],
    [
      'JPEG, progressive 4:4:4',
      'jpeg',
      false,
      plain(3, (s) => s.jpeg({ progressive: true, chromaSubsampling: '4:4:4' })),
    ],
    ['JPEG, grey', 'jpeg', false, plain(1, (s) => s.jpeg()), {}],
    ['PNG, interlaced', 'png', true, plain(3, (s) => s.png({ progressive: true }))],
    ['PNG, indexed', 'png', true, plain(3, (s) => s.png({ palette: true, colours: 64 })), {}],
    ['PNG, indexed with alpha', 'png', true, plain(4, (s) => s.png({ palette: true, colours: 64 })), {}],
    ['PNG, two colours', 'png', true, plain(1, (s) => s.png({ palette: true, colours: 2 })), {}],
    ['PNG, 16 bit with alpha', 'png', true, plain(4, (s) => s.png(), true)],
    ['WebP, lossy', 'webp', false, plain(3, (s) => s.webp({ quality: 92 }))],
    ['WebP, lossy with alpha', 'webp', false, plain(4, (s) => s.webp({ quality: 92 }))],
    ['WebP, lossless with alpha', 'webp', true, plain(4, (s) => s.webp({ lossless: true }))],
    ['TIFF, uncompressed', 'tiff', true, plain(3, (s) => s.tiff({ compression: 'none' }))],
    ['TIFF, tiled, LZW, with alpha', 'tiff', true, plain(4, (s) => s.tiff({ compression: 'lzw', tile: true }))],
    ['TIFF, JPEG inside', 'tiff', true, plain(3, (s) => s.tiff({ compression: 'jpeg', quality: 95 }))],
    ['TIFF, 16 bit', 'tiff', true, plain(3, (s) => s.tiff({ compression: 'deflate' }), true)],
    ['AVIF', 'avif', false, plain(3, (s) => s.avif({ quality: 90, effort: 1 }))],
    ['AVIF, with alpha', 'avif', false, plain(4, (s) => s.avif({ quality: 90, effort: 1 }))],
    ['AVIF, lossless', 'avif', false, plain(3, (s) => s.avif({ lossless: true, effort: 1 }))],
  ] as [string, string, boolean, Row['make'], Kind?][]
).flatMap(([name, format, lossless, make, only]) =>
  (only ? [only] : [{}, P3]).flatMap((kind: Kind) =>
    // The orientation of a TIFF is a tag of its own, which export.test.ts goes through; an AVIF is turned by its boxes.
    (['jpeg', 'png', 'webp'].includes(format) ? [undefined, 6, 4] : [undefined]).map((orientation) => ({
      name,
      format,
      lossless,
      make,
      ...kind,
      ...(orientation ? { orientation } : {}),
    })),
  ),
)

let count = 0
async function write(bytes: Buffer): Promise<string> {
  const path = join(folder, `in-${count++}`)
  await writeFile(path, bytes)
  return path
}
async function protect(source: string, metadata: 'keep' | 'rights' | 'none') {
  const target = `${source}-${metadata}`
  const report = await exportImage({ source, target, ...noise, ...AS_IT_IS, metadata })
  const facts = await inspect(target)
  if (!facts.ok) throw new Error(facts.reason)
  const { exif } = facts.metadata
  return { target, report, facts, tags: exif ? readExif(exif) : undefined, xmp: facts.metadata.xmpAsString ?? '' }
}

describe('a picture is protected right', () => {
  it.each(rows)('$name, profile $profile, orientation $orientation', async (row) => {
    const source = await write(await row.make(row))
    const before = await inspect(source)
    if (!before.ok) throw new Error(before.reason)
    if (row.profile) expect(before.metadata.icc).toBeDefined()
    expect(before.metadata.orientation ?? 1).toBe(row.orientation ?? 1)
    const kept = await protect(source, 'keep')
    const turned = (row.orientation ?? 1) > 4
    const size = turned ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]
    expect([kept.report.width, kept.report.height]).toEqual(size)
    expect([kept.facts.metadata.width, kept.facts.metadata.height, kept.facts.metadata.orientation ?? 1]).toEqual([
      ...size,
      1,
    ])
    const { format, deep, alpha, grey } = kept.facts
    expect([format, deep, alpha, grey]).toEqual([row.format, before.deep, before.alpha, before.grey])
    expect(kept.facts.metadata.isProgressive && format === 'jpeg').toBe(
      before.metadata.isProgressive && format === 'jpeg',
    )
    expect(kept.report.lossless).toBe(row.lossless)

    const [original, written] = [await decode(source, before), await decode(kept.target, kept.facts)]
    const wanted = await withNoise(original, noise)
    if (row.lossless) {
      expect(written.data).toEqual(wanted.data)
      const unit = deep ? 257 : 1
      const worst = Math.max(...Array.from(original.data, (v, i) => Math.abs(v - written.data[i]!)))
      expect(worst).toBeLessThanOrEqual(LARGEST_CHANGE * unit)
      expect(worst).toBeGreaterThan(0)
    } else {
      const distance = (to: ArrayLike<number>): number =>
        Array.from(written.data, (v, i) => (v - to[i]!) ** 2).reduce((sum, v) => sum + v, 0)
      expect(distance(wanted.data)).toBeLessThan(distance(original.data))
      expect(Math.abs(kept.report.flip - noise.most.mean)).toBeLessThan(0.05 * noise.most.mean)
    }

    expect(kept.facts.metadata.icc?.toString('hex')).toBe(before.metadata.icc?.toString('hex'))
    expect(kept.xmp).toContain('garden')
    if (format !== 'tiff') expect(kept.tags?.Image?.Model).toBe('Camera 7')
    const rights = await protect(source, 'rights')
    expect(rights.facts.metadata.icc?.toString('hex')).toBe(before.metadata.icc?.toString('hex'))
    expect(rights.xmp).toContain('© Ada')
    if (format !== 'tiff') expect(rights.tags?.Image?.Copyright).toBe('Ada')
    const none = await protect(source, 'none')
    expect(none.facts.metadata.icc?.toString('hex')).toBe(before.metadata.icc?.toString('hex'))
    for (const { xmp, tags, target } of [rights, none]) {
      expect(tags?.Image?.Model).toBeUndefined()
      expect(tags?.GPSInfo?.GPSLatitude).toBeUndefined()
      expect(xmp).not.toMatch(/garden|GPSLatitude/)
      expect((await readFile(target)).includes('Camera 7')).toBe(false)
    }
    expect(none.xmp).not.toContain('Ada')
  })

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    '%s: a small picture of the original never survives',
    async (format) => {
      const small = await image(3, false, 16, 12).jpeg().toBuffer()
      const exif = withThumbnail(small)
      const bare = await image(3)[format === 'jpeg' ? 'jpeg' : 'png']().toBuffer()
      const ancillary = { icc: null, exif, xmp: null, density: null }
      const described = format === 'jpeg' ? jpegWith(bare, ancillary) : pngWith(bare, ancillary)
      const bytes =
        format === 'webp' || format === 'avif' ? await sharp(described).keepExif()[format]().toBuffer() : described
      expect(bytes.includes(small.subarray(20, 200)), 'it is in the original').toBe(true)
      const source = await write(bytes)
      for (const metadata of ['keep', 'rights', 'none'] as const) {
        const { target } = await protect(source, metadata)
        expect((await readFile(target)).includes(small.subarray(20, 200)), metadata).toBe(false)
      }
    },
  )
})

describe('a profile that is damaged', () => {
  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)(
    'does not keep the pixels from being written as %s',
    async (format) => {
      const jpeg = await described(image(3), P3).jpeg().toBuffer()
      // The length that the profile gives for itself.
      jpeg[jpeg.indexOf('ICC_PROFILE\0') + 14 + 1]! ^= 0x40
      const source = await write(jpeg)
      const report = await exportImage({ source, target: `${source}-out`, ...noise, ...AS_IT_IS, format })
      expect(report.format).toBe(format)
      if (report.lossless) expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    },
  )
})

/** A TIFF structure with a description, and a thumbnail in its second directory. */
function withThumbnail(jpeg: Buffer): Uint8Array {
  const head = Buffer.alloc(8 + 2 + 12 + 4 + 2 + 24 + 4)
  head.write('II*\0', 'latin1')
  head.writeUInt32LE(8, 4)
  const entry = (at: number, tag: number, type: number, length: number, value: number): void => {
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(type, at + 2)
    head.writeUInt32LE(length, at + 4)
    head.writeUInt32LE(value, at + 8)
  }
  head.writeUInt16LE(1, 8)
  entry(10, 0x0112, 3, 1, 1)
  head.writeUInt32LE(26, 22)
  head.writeUInt16LE(2, 26)
  entry(28, 0x0201, 4, 1, head.length)
  entry(40, 0x0202, 4, 1, jpeg.length)
  return Buffer.concat([head, jpeg])
}

/** An ISO media file that says what it is, and no more. */
const isoMedia = async (brand: string): Promise<Buffer> =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from(`ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1'),
    Buffer.alloc(64),
  ])
const frames = async (): Promise<Buffer> =>
  sharp([await image(3).png().toBuffer(), await image(3).negate().png().toBuffer()], { join: { animated: true } })
    .gif()
    .toBuffer()
const pages = async (): Promise<Buffer> =>
  sharp(await frames(), { animated: true })
    .tiff()
    .toBuffer()
const apng = async (): Promise<Buffer> => {
  const png = await image(3).png().toBuffer()
  return Buffer.concat([
    png.subarray(0, 33),
    Buffer.from('\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0', 'latin1'),
    png.subarray(33),
  ])
}

describe('a picture is refused in one sentence', () => {
  it.each<[string, () => Promise<Buffer>, RegExp]>([
    ['JPEG, CMYK', () => image(3).toColourspace('cmyk').jpeg().toBuffer(), /CMYK/],
    ['TIFF, CMYK', () => image(3).toColourspace('cmyk').tiff().toBuffer(), /CMYK/],
    ['TIFF of several pages', pages, /several pages/],
    [
      'WebP, animated',
      async () =>
        sharp(await frames(), { animated: true })
          .webp()
          .toBuffer(),
      /animation/,
    ],
    ['GIF, animated', frames, /GIF/],
    ['GIF, still', () => image(3).gif().toBuffer(), /GIF/],
    ['PNG, animated', apng, /animated PNG/],
    ['HEIC', () => isoMedia('heic'), /HEIC/],
    ['AVIF, animated', () => isoMedia('avis'), /animation/],
    ['a video', () => isoMedia('mp42'), /HEIC|video/],
  ])('%s', async (_, make, reason) => {
    const source = await write(await make())
    const facts = await inspect(source)
    expect(facts).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as string })
    if (!facts.ok) expect(facts.reason).toMatch(/^[A-Z].*[.]$/)
    await expect(protect(source, 'keep')).rejects.toMatchObject({ code: 'unreadable-picture' })
  })
})

/** What the encoder of this build makes of 10 bit; null when it writes 8 only. */
async function deepAvif(): Promise<Buffer | null> {
  try {
    return await image(3, true).avif({ quality: 90, effort: 1, bitdepth: 10 }).toBuffer()
  } catch {
    return null
  }
}
const deep = await deepAvif()

describe('AVIF of 10 bit', () => {
  it.skipIf(!deep)('is protected in 8 bit (the AVIF encoder of this build writes 8 bit only)', async () => {
    const { report, facts } = await protect(await write(deep!), 'keep')
    expect(facts).toMatchObject({ format: 'avif', deep: false })
    expect(report.psnr).toBeGreaterThan(25)
  })
})
