import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import readExif from 'exif-reader'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jpegWith } from './containers.js'
import { exportImage } from './export.js'
import type { MetadataPolicy, OutputFormat, Reservation } from './types.js'
import { reservedXmp, rightsXmp } from './xmp.js'
import { AS_IT_IS, testNoise } from '../../test/support/noise-request.js'

const XMP = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmpRights:WebStatement="https://example.org/licence"
 exif:GPSLatitude="48,12.5N"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Ada &amp; Co</rdf:li></rdf:Alt></dc:rights>
<dc:subject><rdf:Bag><rdf:li>garden</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`

let folder: string
let source: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-metadata-'))
  source = join(folder, 'camera.jpg')
  const image = sharp({ create: { width: 60, height: 40, channels: 3, background: '#506070' } })
    .withExif({
      IFD0: { Copyright: 'Ada', Artist: 'Ada Lovelace', Model: 'Camera 7' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1' },
    })
    .withXmp(XMP)
    .withMetadata({ orientation: 6, density: 300, icc: 'p3' })
  await writeFile(source, await image.jpeg().toBuffer())
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

let count = 0
async function copy(format: OutputFormat, metadata: MetadataPolicy, reserve: Reservation = 'none') {
  const target = join(folder, `copy-${count++}`)
  await exportImage({ source, target, ...testNoise(4), ...AS_IT_IS, format, metadata, reserve })
  const found = await sharp(target).metadata()
  return { ...found, tags: found.exif ? readExif(found.exif) : undefined }
}

const WITH_EXIF = ['jpeg', 'png', 'webp', 'avif'] as const

describe('metadata of the copy', () => {
  it.each(WITH_EXIF)('%s keeps all, upright', async (format) => {
    const { tags, xmpAsString, icc, orientation, width, height } = await copy(format, 'keep')
    expect(tags?.Image).toMatchObject({ Copyright: 'Ada', Artist: 'Ada Lovelace', Model: 'Camera 7' })
    expect(tags?.GPSInfo?.GPSLatitude).toEqual([48, 12, 30])
    expect(xmpAsString).toContain('garden')
    expect(icc?.equals((await sharp(source).metadata()).icc!)).toBe(true)
    expect([orientation ?? 1, width, height]).toEqual([1, 40, 60])
  })

  it.each([...WITH_EXIF, 'tiff'] as const)('%s keeps nothing but the rights', async (format) => {
    const { tags, xmpAsString, icc } = await copy(format, 'rights')
    if (format !== 'tiff') expect(tags?.Image).toMatchObject({ Copyright: 'Ada', Artist: 'Ada Lovelace' })
    expect(tags?.Image?.Model).toBeUndefined()
    expect(tags?.GPSInfo?.GPSLatitude).toBeUndefined()
    for (const kept of ['© Ada &amp; Co', 'https://example.org/licence', 'Ada Lovelace']) {
      expect(xmpAsString).toContain(kept)
    }
    for (const gone of ['garden', 'GPSLatitude']) expect(xmpAsString).not.toContain(gone)
    expect(icc).toBeDefined()
  })

  it.each([...WITH_EXIF, 'tiff'] as const)('%s keeps the colour profile only', async (format) => {
    const { tags, xmp, icc, density } = await copy(format, 'none')
    expect(tags?.Image?.Copyright).toBeUndefined()
    expect(tags?.GPSInfo?.GPSLatitude).toBeUndefined()
    expect(xmp).toBeUndefined()
    expect(icc).toBeDefined()
    if (format === 'jpeg' || format === 'png') expect(density).toBe(300)
  })

  it.each([...WITH_EXIF, 'tiff'] as const)('%s says "no data mining" when asked to', async (format) => {
    for (const policy of ['keep', 'rights', 'none'] as const) {
      const { xmpAsString } = await copy(format, policy, 'xmp')
      expect(xmpAsString).toContain('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"')
      expect(xmpAsString?.includes('© Ada &amp; Co')).toBe(policy !== 'none')
    }
  })

  it('cuts XMP that is too large for a JPEG down to the rights', async () => {
    const large = join(folder, 'large.png')
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#506070' } })
    await image
      .withXmp(XMP.replace('garden', 'garden '.repeat(20_000)))
      .png()
      .toFile(large)
    const target = join(folder, 'large.jpg')
    await exportImage({ source: large, target, ...testNoise(4), ...AS_IT_IS, format: 'jpeg' })
    const { xmpAsString } = await sharp(target).metadata()
    expect(xmpAsString).toContain('© Ada &amp; Co')
    expect(xmpAsString).not.toContain('garden')
  })

  it('takes creator and copyright from an IPTC block', async () => {
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#506070' } })
      .jpeg()
      .toBuffer()
    const set = (number: number, text: string): Buffer =>
      Buffer.concat([Buffer.from([0x1c, 2, number, 0, text.length]), Buffer.from(text)])
    const data = Buffer.concat([set(80, 'Grace'), set(116, '(c) Grace!')])
    const resource = Buffer.concat([
      Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0', 'latin1'),
      Buffer.of(data.length),
      data,
    ])
    const head = Buffer.from([0xff, 0xed, 0, resource.length + 2])
    const from = join(folder, 'iptc.jpg')
    await writeFile(from, Buffer.concat([plain.subarray(0, 2), head, resource, plain.subarray(2)]))
    for (const metadata of ['keep', 'rights'] as const) {
      const target = join(folder, `iptc-${metadata}.jpg`)
      await exportImage({ source: from, target, ...testNoise(4), ...AS_IT_IS, metadata })
      const { xmpAsString, iptc } = await sharp(target).metadata()
      expect(xmpAsString).toContain('(c) Grace!')
      expect(xmpAsString).toContain('Grace')
      expect(iptc).toBeUndefined()
    }
  })
})

describe('XMP', () => {
  it('that cannot be read has no rights, and is replaced by the reservation', () => {
    for (const broken of ['', '<a', '<x>', '<!DOCTYPE x [<!ENTITY a "b">]><x/>']) {
      expect(rightsXmp(broken, { artist: null, copyright: null })).toBeNull()
      expect(reservedXmp(broken)).toContain('DMI-PROHIBITED')
    }
  })

  it('says one thing about data mining', () => {
    const allowed = reservedXmp(null).replace('DMI-PROHIBITED', 'DMI-ALLOWED')
    const twice = reservedXmp(reservedXmp(allowed))
    expect(twice).not.toContain('DMI-ALLOWED')
    expect(twice.split('DMI-PROHIBITED')).toHaveLength(2)
  })

  it('escapes what it takes from elsewhere', () => {
    expect(rightsXmp(null, { artist: '<script>&', copyright: null })).toContain('&lt;script&gt;&amp;')
  })
})

describe('jpegWith', () => {
  it('splits a profile that is too large for one segment', async () => {
    const icc = Buffer.alloc(150_000, 7)
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#506070' } })
      .jpeg()
      .toBuffer()
    const out = jpegWith(plain, { icc, exif: null, xmp: null, density: null })
    const parts: Buffer[] = []
    for (let at = 2; out[at + 1] !== 0xdb; at += 2 + out.readUInt16BE(at + 2)) {
      if (out[at + 1] === 0xe2) parts.push(out.subarray(at + 18, at + 2 + out.readUInt16BE(at + 2)))
    }
    expect(parts).toHaveLength(3)
    expect(Buffer.concat(parts).equals(icc)).toBe(true)
  })
})
