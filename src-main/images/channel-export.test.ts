import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import readExif from 'exif-reader'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHANNELS, type Channel } from '../core/channels.js'
import { exportOptions } from '../core/export-options.js'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import { decode } from './decode.js'
import { exportImage } from './export.js'
import { asServed } from './served.js'
import { thumbnail } from './thumbnail.js'
import { testNoise, withNoise } from '../../test/support/noise-request.js'
import { LARGEST_CHANGE } from './sight.js'

const RESOLUTION = 16
const noise = testNoise(RESOLUTION)
const COLOUR = { grey: false, deep: false }

let folder: string
let photo: string
const WIDTH = 1500
const HEIGHT = 900

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-channel-'))
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const at = Math.floor(i / 3)
    return 128 + 90 * Math.sin((at % WIDTH) / 40 + (i % 3)) * Math.cos(Math.floor(at / WIDTH) / 25) + ((i * 7919) % 23)
  })
  photo = join(folder, 'photo.jpg')
  await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withExif({
      IFD0: { Copyright: 'Ada', Model: 'Camera 7' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 1/1 1/1' },
    })
    .withMetadata({ orientation: 6, icc: 'p3' })
    .jpeg({ quality: 97 })
    .toFile(photo)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const named = (name: string): Channel => CHANNELS.find((each) => each.name === name)!
let count = 0
async function run(source: string, channel: Channel) {
  const target = join(folder, `out-${count++}`)
  const report = await exportImage({
    source,
    target,
    ...noise,
    ...exportOptions(DEFAULT_SETTINGS, channel),
    reserve: 'none',
  })
  return { target, report, facts: await sharp(target).metadata() }
}

describe('exportImage for a channel', () => {
  it.each([
    ['web', [900, 1500], 'jpeg'],
    ['instagram', [810, 1350], 'jpeg'],
    ['x', [900, 1500], 'jpeg'],
    ['bluesky', [900, 1500], 'jpeg'],
  ] as const)('%s: fits, in sRGB, with the rights only, at most as large as it takes', async (name, size, format) => {
    const { report, facts } = await run(photo, named(name))
    expect([report.width, report.height]).toEqual(size)
    expect(facts).toMatchObject({ width: size[0], height: size[1], format, chromaSubsampling: '4:4:4' })
    expect([facts.icc, facts.orientation ?? 1]).toEqual([undefined, 1])
    expect(report.bytes).toBeLessThanOrEqual(named(name).exported.maxBytes ?? Infinity)
    const tags = readExif(facts.exif!)
    expect(tags.Image?.Copyright).toBe('Ada')
    expect([tags.Image?.Model, tags.GPSInfo?.GPSLatitude]).toEqual([undefined, undefined])
  })

  it('archive: keeps size, profile, metadata, and no value changes by more than ε', async () => {
    const { target, report, facts } = await run(photo, named('archive'))
    expect(facts).toMatchObject({ width: 900, height: 1500, format: 'png' })
    expect(facts.icc?.equals((await sharp(photo).metadata()).icc!)).toBe(true)
    expect(readExif(facts.exif!).Image?.Model).toBe('Camera 7')
    expect(report).toMatchObject({ lossless: true })
    expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    expect(report.thumbnail).toEqual(await pixelsOf(target))
  })

  it('lays the noise over what was made smaller, not the other way round', async () => {
    const lossless: Channel = {
      ...named('archive'),
      exported: { ...named('archive').exported, maxWidth: 200, maxHeight: 200, colourSpace: 'srgb' },
    }
    const { target, report } = await run(photo, lossless)
    const small = await decode(photo, COLOUR, false, lossless.exported)
    expect([small.width, small.height]).toEqual([120, 200])
    expect((await decode(target, COLOUR)).data).toEqual((await withNoise(small, noise)).data)
    expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    // Converted by the profile, not only stripped of it.
    const wide = await decode(photo, COLOUR, false, { ...lossless.exported, colourSpace: 'keep' })
    expect(small.data).not.toEqual(wide.data)
  })

  it('gives the surrogate what the place serves', async () => {
    const bluesky = named('bluesky')
    const { target, report } = await run(photo, bluesky)
    const served = await asServed(target, bluesky.served!)
    const facts = await sharp(served).metadata()
    expect(facts).toMatchObject({ format: 'webp', width: 600, height: 1000 })
    expect([facts.exif, facts.xmp, facts.icc]).toEqual([undefined, undefined, undefined])
    const [again, uploaded] = await Promise.all([pixelsOf(target, bluesky), pixelsOf(target)])
    expect(report.thumbnail).toEqual(again)
    expect(report.thumbnail).not.toEqual(uploaded)
  })

  it('lowers the quality until the file fits, and refuses when it cannot', async () => {
    const web = named('web')
    const limited = (maxBytes: number): Channel => ({ ...web, exported: { ...web.exported, maxBytes } })
    const free = await run(photo, web)
    const tight = await run(photo, limited(Math.floor(free.report.bytes * 0.6)))
    expect(tight.report.bytes).toBeLessThanOrEqual(free.report.bytes * 0.6)
    expect(tight.report.psnr!).toBeLessThan(free.report.psnr!)
    await expect(run(photo, limited(10_000))).rejects.toMatchObject({
      code: 'file-too-large',
      message: expect.stringContaining('photo.jpg') as string,
    })
  })

  it.each([
    ['grey of 16 bit', 1, true],
    ['grey with alpha', 2, false],
    ['16 bit with alpha and a profile', 4, true],
  ] as const)('takes %s', async (_, channels, deep) => {
    const source = join(folder, `kind-${channels}-${deep}.png`)
    const data = deep ? new Uint16Array(80 * 60 * channels).fill(30_000) : new Uint8Array(80 * 60 * channels).fill(120)
    const image = sharp(data as unknown as Buffer, { raw: { width: 80, height: 60, channels } })
    const coloured = image.toColourspace(channels < 3 ? (deep ? 'grey16' : 'b-w') : 'rgb16')
    await (channels < 3 ? coloured : coloured.withIccProfile('p3')).png().toFile(source)
    const { report, facts } = await run(source, named('instagram'))
    expect(facts).toMatchObject({ width: 80, height: 60, format: 'jpeg', channels: channels < 3 ? 1 : 3 })
    expect(report.psnr).toBeGreaterThan(25)
  })
})

async function pixelsOf(path: string, channel?: Channel): Promise<Uint8Array> {
  const found = await thumbnail(path, RESOLUTION, channel?.served)
  if (!found.ok) throw new Error(found.reason)
  return found.pixels
}
