import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decode } from './decode.js'
import { exportImage, writeFailure } from './export.js'
import { inspect } from './inspect.js'
import type { Pixels } from './perturb.js'
import { thumbnail } from './thumbnail.js'
import type { ExportReport, ExportRequest, OutputFormat } from './types.js'
import { LARGEST_CHANGE, rgbOf } from './sight.js'
import { AS_IT_IS, testNoise, withNoise } from '../../test/support/noise-request.js'

const RESOLUTION = 16
const WIDTH = 57
const HEIGHT = 41
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative export '))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const noise = testNoise(RESOLUTION)

/** A picture with smooth parts, full black, full white and every alpha from 0 up. */
function pixels(channels: 1 | 2 | 3 | 4, deep: boolean): Pixels {
  const top = deep ? 65535 : 255
  const length = WIDTH * HEIGHT * channels
  const value = (i: number): number => {
    const at = Math.floor(i / channels)
    return Math.round(top * Math.min(1, Math.max(0, 0.5 + 0.6 * Math.sin(at / 30 + (i % channels) + at / 997))))
  }
  const data = deep ? Uint16Array.from({ length }, (_, i) => value(i)) : Uint8Array.from({ length }, (_, i) => value(i))
  return { data, width: WIDTH, height: HEIGHT, channels }
}

interface Source {
  format: OutputFormat
  channels: 1 | 2 | 3 | 4
  deep: boolean
  orientation?: number
  icc?: boolean
  exif?: boolean
}

async function makeSource(name: string, { format, channels, deep, orientation, icc, exif }: Source): Promise<string> {
  const { data, width, height } = pixels(channels, deep)
  const space = channels < 3 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb'
  let pipeline = sharp(data as Buffer, { raw: { width, height, channels } }).toColourspace(space)
  if (icc) pipeline = pipeline.withIccProfile('p3')
  if (exif) pipeline = pipeline.withExif({ IFD0: { Copyright: 'Somebody', ImageDescription: 'A meadow' } })
  if (orientation) pipeline = pipeline.withMetadata({ orientation, ...(icc ? { icc: 'p3' } : {}) })
  const options = {
    webp: { lossless: true, exact: true },
    tiff: { compression: 'lzw' },
    jpeg: { quality: 90 },
  } as const
  const file = join(folder, name)
  await pipeline.toFormat(format, options[format as keyof typeof options] ?? {}).toFile(file)
  return file
}

let counter = 0
async function run(source: Source, format: 'keep' | OutputFormat = 'keep', more: Partial<ExportRequest> = {}) {
  const stem = `-${counter++} ü`
  const from = await makeSource(`${stem}.in`, source)
  const before = await readFile(from)
  const to = join(folder, 'out', `${stem}.out`)
  const report = await exportImage({
    source: from,
    target: to,
    ...noise,
    ...AS_IT_IS,
    format,
    ...more,
  })
  expect((await readFile(from)).equals(before), 'the original is untouched').toBe(true)
  return { from, to, report }
}

function alphaOf({ data, channels }: Pixels): number[] {
  return [...data].filter((_, i) => i % channels === channels - 1)
}

async function expectFaithful({ from, to, report }: { from: string; to: string; report: ExportReport }): Promise<void> {
  const [a, b] = [await inspect(from), await inspect(to)]
  if (!a.ok || !b.ok) throw new Error('unreadable')
  const { width, height } = a.metadata.autoOrient
  expect([report.width, report.height]).toEqual([width, height])
  expect([b.metadata.width, b.metadata.height]).toEqual([width, height])
  expect(b.metadata.orientation ?? 1).toBe(1)
  expect(b.metadata.icc?.toString('hex')).toBe(a.metadata.icc?.toString('hex'))
  const bytes = await readFile(to)
  expect(report.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(report.bytes).toBe(bytes.length)
  const again = await thumbnail(to, RESOLUTION)
  expect(again.ok && again.pixels).toEqual(report.thumbnail)
  expect(report.ssim).toBeGreaterThan(0.5)
  expect(report.psnr).toBeGreaterThan(25)
}

const lossless: Source[] = [false, true].flatMap((deep) =>
  ([1, 2, 3, 4] as const).flatMap((channels) =>
    (['png', 'tiff', ...(deep ? [] : (['webp'] as const))] as const).flatMap((format) =>
      [undefined, 3, 6].flatMap((orientation) =>
        [false, true].map((icc) => ({ format, channels, deep, icc, ...(orientation ? { orientation } : {}) })),
      ),
    ),
  ),
)

describe('exportImage, lossless formats', () => {
  it.each(lossless)(
    '$format, $channels channels, 16 bit: $deep, orientation $orientation, profile: $icc',
    async (source) => {
      const { from, to, report } = await run(source)
      await expectFaithful({ from, to, report })
      const [a, b] = [await inspect(from), await inspect(to)]
      if (!a.ok || !b.ok) throw new Error('unreadable')
      expect(report).toMatchObject({ format: source.format, lossless: true })
      expect([b.format, b.deep, b.grey, b.alpha]).toEqual([a.format, a.deep, a.grey, a.alpha])
      const original = await decode(from, a)
      const written = await decode(to, b)
      expect(written.channels).toBe(original.channels)
      expect(written.data).toEqual((await withNoise(original, noise)).data)
      const unit = source.deep ? 257 : 1
      const worst = Math.max(...Array.from(original.data, (v, i) => Math.abs(v - written.data[i]!)))
      expect(worst).toBeLessThanOrEqual(LARGEST_CHANGE * unit)
      expect(worst).toBeGreaterThan(2 * unit)
      expect(report.maxAbsDiff).toBeCloseTo(worst / unit, 4)
      expect(Math.abs(report.flip - noise.most.mean)).toBeLessThan(0.05 * noise.most.mean)
      if (a.alpha) expect(alphaOf(written)).toEqual(alphaOf(original))
    },
  )
})

describe('exportImage, lossy formats', () => {
  it.each<Source>([
    { format: 'jpeg', channels: 1, deep: false },
    { format: 'jpeg', channels: 3, deep: false },
    { format: 'jpeg', channels: 3, deep: false, icc: true },
    ...[2, 3, 4, 5, 6, 7, 8].map(
      (orientation) => ({ format: 'jpeg', channels: 3, deep: false, orientation }) as Source,
    ),
    { format: 'avif', channels: 3, deep: false, icc: true },
    { format: 'avif', channels: 4, deep: false },
  ])('$format, $channels channels, orientation $orientation, profile: $icc', async (source) => {
    const result = await run(source)
    await expectFaithful(result)
    expect(result.report).toMatchObject({ format: source.format, lossless: false })
    const [a, b] = [await inspect(result.from), await inspect(result.to)]
    if (!a.ok || !b.ok) throw new Error('unreadable')
    expect(b.grey).toBe(a.grey)
    if (source.format === 'jpeg' && source.channels === 3) expect(b.metadata.chromaSubsampling).toBe('4:4:4')
    const original = await decode(result.from, a)
    // The noise itself got through: the change of the written picture points the same way.
    const change = (to: Pixels): number[] => {
      const [from, changed] = [rgbOf(original), rgbOf(to)]
      return Array.from(changed, (value, i) => value - from[i]!)
    }
    const [wanted, written] = [change(await withNoise(original, noise)), change(await decode(result.to, b))]
    const product = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
    const cosine = product(wanted, written) / Math.sqrt(product(wanted, wanted) * product(written, written))
    // AVIF of a picture whose opacity is noise loses the most, and all that is lost is seen, and taken from the noise.
    expect(cosine).toBeGreaterThan(source.channels === 4 ? 0.7 : 0.85)
  })

  it('lays the noise as the picture is displayed, whatever way its pixels are stored', async () => {
    const upright = await run({ format: 'png', channels: 3, deep: false })
    const stored = join(folder, 'turned.png')
    // Orientation 6 displays the stored pixels turned by 90°, so storing them turned by −90° displays the same.
    await sharp(await sharp(upright.from).rotate(270).png().toBuffer())
      .withExif({ IFD0: {} })
      .withMetadata({ orientation: 6 })
      .toFile(stored)
    const to = join(folder, 'turned-out.png')
    await exportImage({
      source: stored,
      target: to,
      ...noise,
      ...AS_IT_IS,
    })
    const kind = { grey: false, deep: false }
    expect((await decode(to, kind)).data).toEqual((await decode(upright.to, kind)).data)
  })
})

describe('exportImage, to another format', () => {
  it.each<[Source, OutputFormat]>([
    [{ format: 'png', channels: 4, deep: false, icc: true }, 'jpeg'],
    [{ format: 'png', channels: 2, deep: true }, 'jpeg'],
    [{ format: 'png', channels: 4, deep: true, icc: true }, 'webp'],
    [{ format: 'png', channels: 1, deep: false }, 'webp'],
    [{ format: 'jpeg', channels: 3, deep: false, orientation: 6, icc: true }, 'png'],
    [{ format: 'tiff', channels: 3, deep: true, icc: true }, 'png'],
    [{ format: 'webp', channels: 4, deep: false }, 'tiff'],
    [{ format: 'tiff', channels: 3, deep: true }, 'avif'],
    [{ format: 'jpeg', channels: 3, deep: false }, 'webp'],
  ])('%o as %s', async (source, format) => {
    const result = await run(source, format)
    await expectFaithful(result)
    const facts = await inspect(result.to)
    if (!facts.ok) throw new Error(facts.reason)
    expect(facts.format).toBe(format)
    const lossyResult = format === 'jpeg' || format === 'avif' || (format === 'webp' && source.format === 'jpeg')
    expect(result.report.lossless).toBe(!lossyResult)
    if (!lossyResult) expect(result.report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
  })
})

describe('exportImage, visibility', () => {
  it.each<Source>([
    { format: 'png', channels: 3, deep: false },
    { format: 'png', channels: 1, deep: true },
    { format: 'jpeg', channels: 3, deep: false },
    { format: 'webp', channels: 4, deep: false },
  ])('adds as much noise as makes the written picture as visible as wanted: %o', async (source) => {
    const subtle = await run(source, 'keep', testNoise(RESOLUTION, 0.06))
    const strong = await run(source, 'keep', testNoise(RESOLUTION, 0.16))
    expect(Math.abs(subtle.report.flip - 0.06)).toBeLessThan(0.05 * 0.06)
    expect(Math.abs(strong.report.flip - 0.16)).toBeLessThan(0.05 * 0.16)
    expect(strong.report.psnr).toBeLessThan(subtle.report.psnr!)
    expect(strong.report.maxAbsDiff).toBeGreaterThan(subtle.report.maxAbsDiff)
  })

  it('changes nothing where nothing may change', async () => {
    const { report } = await run({ format: 'png', channels: 3, deep: false }, 'keep', testNoise(RESOLUTION, 0.1, 0))
    expect(report).toMatchObject({ flip: 0, maxAbsDiff: 0, psnr: null, ssim: 1, deltaE: 0 })
  })

  it('stops at the largest change, however little is seen of it', async () => {
    const { report } = await run({ format: 'png', channels: 3, deep: false }, 'keep', testNoise(RESOLUTION, 0.4))
    expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    expect(report.flip).toBeLessThan(0.4)
  })
})

describe('exportImage, metadata', () => {
  it.each<OutputFormat>(['jpeg', 'png', 'webp'])('keeps EXIF and XMP in %s', async (format) => {
    const { data, width, height, channels } = pixels(3, false)
    const file = join(folder, `meta.${format}`)
    const xmp =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
    await sharp(data as Buffer, { raw: { width, height, channels } })
      .withExif({ IFD0: { Copyright: 'Somebody else' } })
      .withXmp(xmp)
      .toFormat(format)
      .toFile(file)
    const target = join(folder, `meta-out.${format}`)
    await exportImage({
      source: file,
      target,
      ...noise,
      ...AS_IT_IS,
    })
    const metadata = await sharp(target).metadata()
    expect(metadata.exif?.includes('Somebody else')).toBe(true)
    expect(metadata.xmpAsString).toContain('x:xmpmeta')
    expect(metadata.icc).toBeUndefined()
  })

  it('expands a palette PNG without loss', async () => {
    const { data, width, height, channels } = pixels(4, false)
    const file = join(folder, 'palette.png')
    await sharp(data as Buffer, { raw: { width, height, channels } })
      .png({ palette: true, colours: 16 })
      .toFile(file)
    expect((await sharp(file).metadata()).isPalette).toBe(true)
    const target = join(folder, 'palette-out.png')
    const report = await exportImage({
      source: file,
      target,
      ...noise,
      ...AS_IT_IS,
    })
    expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    const kind = { grey: false, deep: false }
    expect(alphaOf(await decode(target, kind))).toEqual(alphaOf(await decode(file, kind)))
  })
})

describe('exportImage, failures', () => {
  const request = {
    ...noise,
    ...AS_IT_IS,
  } as const

  it('names a broken source and leaves nothing behind', async () => {
    const whole = await readFile(await makeSource('whole.jpg', { format: 'jpeg', channels: 3, deep: false }))
    const source = join(folder, 'truncated.jpg')
    await writeFile(source, whole.subarray(0, whole.length / 2))
    const out = join(folder, 'failed')
    await expect(exportImage({ ...request, source, target: join(out, 'a.jpg') })).rejects.toMatchObject({
      code: 'unreadable-picture',
      message: expect.stringContaining('truncated.jpg') as string,
    })
    await expect(readdir(out)).rejects.toThrow()
  })

  it('never overwrites the original', async () => {
    const source = await makeSource('same.png', { format: 'png', channels: 3, deep: false })
    const before = await readFile(source)
    await expect(exportImage({ ...request, source, target: source })).rejects.toMatchObject({
      code: 'target-is-source',
    })
    expect((await readFile(source)).equals(before)).toBe(true)
  })

  it('says when the target cannot be written, and removes its temporary file', async () => {
    const source = await makeSource('fine.png', { format: 'png', channels: 3, deep: false })
    await writeFile(join(folder, 'file'), '')
    await expect(exportImage({ ...request, source, target: join(folder, 'file', 'a.png') })).rejects.toMatchObject({
      code: 'cannot-write',
      message: expect.stringContaining('a.png') as string,
    })
    await mkdir(join(folder, 'taken', 'a.png', 'inner'), { recursive: true })
    await expect(exportImage({ ...request, source, target: join(folder, 'taken', 'a.png') })).rejects.toMatchObject({
      code: 'cannot-write',
    })
    expect(await readdir(join(folder, 'taken'))).toEqual(['a.png'])
  })

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'no-permission'],
    ['EPERM', 'no-permission'],
    ['EROFS', 'read-only'],
    ['EIO', 'cannot-write'],
  ])('has a sentence for %s', (errno, code) => {
    const failure = writeFailure(Object.assign(new Error(errno), { code: errno }), '/out/a b.png')
    expect(failure).toMatchObject({ name: 'FixativeError', code })
    expect(failure.message).toContain('"/out/a b.png"')
    expect(failure.hint).not.toBe('')
  })

  it('writes nothing, not even a folder, without the marker of the output folder', async () => {
    const target = join(folder, 'gone', 'a.png')
    const marker = join(folder, 'gone', 'marker')
    const source = await makeSource('marked.png', { format: 'png', channels: 3, deep: false })
    const before = await readdir(folder)
    await expect(exportImage({ ...request, source, target, marker })).rejects.toMatchObject({ code: 'cannot-write' })
    expect(await readdir(folder)).toEqual(before)
  })

  it('refuses a side that the format cannot store', async () => {
    const source = join(folder, 'long.png')
    await sharp({ create: { width: 17_000, height: 1, channels: 3, background: '#808080' } })
      .png()
      .toFile(source)
    await expect(
      exportImage({ ...request, source, target: join(folder, 'long.webp'), format: 'webp' }),
    ).rejects.toMatchObject({
      code: 'picture-too-large',
    })
    const report = await exportImage({ ...request, source, target: join(folder, 'long-out.png') })
    expect([report.width, report.height]).toEqual([17_000, 1])
  })

  it('protects a picture of one pixel, and gives the copy the permissions of the original', async () => {
    const source = join(folder, 'one.png')
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#808080' } })
      .png()
      .toFile(source)
    await chmod(source, 0o640)
    const target = join(folder, 'one-out.png')
    const report = await exportImage({ ...request, source, target })
    expect(report.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    expect(report.ssim).toBeGreaterThan(0)
    if (process.platform !== 'win32') expect((await stat(target)).mode & 0o777).toBe(0o640)
  })
})
