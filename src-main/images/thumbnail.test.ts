import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thumbnails } from './thumbnail.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative thumbnails '))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const S = 4
async function one(name: string, content: Buffer) {
  const path = join(folder, name)
  await writeFile(path, content)
  return (await thumbnails({ sources: [path], resolution: S })).items[0]!
}
/** The colour of the thumbnail's corner x, y. */
function at(item: Awaited<ReturnType<typeof one>>, x: number, y: number): number[] {
  if (!item.ok) throw new Error(item.reason)
  return [0, 1, 2].map((c) => item.pixels[c * S * S + y * S + x]!)
}
function close(actual: readonly number[], wanted: readonly number[], by: number): void {
  for (const [i, value] of wanted.entries()) expect(Math.abs(actual[i]! - value), `${actual}`).toBeLessThanOrEqual(by)
}
const plain = (background: string | { r: number; g: number; b: number; alpha: number }, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 64, height: 32, channels, background } })

/** Left half red, right half blue. */
const halves = () =>
  plain('#ff0000').composite([
    { input: { create: { width: 32, height: 32, channels: 3, background: '#0000ff' } }, left: 32, top: 0 },
  ])

describe('thumbnails', () => {
  it('is channel-first, square, with facts of the displayed picture', async () => {
    const bytes = await halves().png().toBuffer()
    const item = await one('halves.png', bytes)
    expect(item).toMatchObject({ ok: true, width: 64, height: 32, format: 'png' })
    expect(item.ok && item.pixels.length).toBe(3 * S * S)
    close(at(item, 0, 3), [255, 0, 0], 2)
    close(at(item, 3, 0), [0, 0, 255], 2)
    const { createHash } = await import('node:crypto')
    expect(item.ok && item.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  it.each([
    [3, [64, 32], [3, 0], [0, 0]],
    [6, [32, 64], [0, 0], [0, 3]],
    [8, [32, 64], [0, 3], [0, 0]],
  ] as const)('honours orientation %i', async (orientation, [width, height], red, blue) => {
    const item = await one(
      `o${orientation}.jpg`,
      await halves().withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
    )
    expect(item).toMatchObject({ width, height })
    close(at(item, red[0], red[1]), [255, 0, 0], 6)
    close(at(item, blue[0], blue[1]), [0, 0, 255], 6)
  })

  it('flattens alpha on white, and repeats grey', async () => {
    close(
      at(await one('a.png', await plain({ r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer()), 1, 1),
      [255, 255, 255],
      0,
    )
    close(
      at(
        await one('h.webp', await plain({ r: 0, g: 0, b: 0, alpha: 0.5 }, 4).webp({ lossless: true }).toBuffer()),
        1,
        1,
      ),
      [127, 127, 127],
      2,
    )
    for (const space of ['b-w', 'grey16'] as const) {
      const item = await one(`${space}.png`, await plain('#646464').toColourspace(space).png().toBuffer())
      close(at(item, 2, 2), [100, 100, 100], 1)
    }
  })

  it('says how opaque each place is, upright', async () => {
    const opaque = await one('opaque.jpg', await halves().jpeg().toBuffer())
    expect(opaque.ok && [...opaque.opacity]).toEqual(Array.from({ length: S * S }, () => 255))
    // The left half is opaque; turned by 90° it is the upper one.
    const half = sharp({ create: { width: 32, height: 32, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 1 } } })
    const cut = half.extend({ right: 32, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    const png = await cut.withMetadata({ orientation: 6 }).png().toBuffer()
    const item = await one('cut.png', png)
    const row = (y: number): number[] => (item.ok ? [...item.opacity.subarray(y * S, (y + 1) * S)] : [])
    close(row(0), [255, 255, 255, 255], 2)
    close(row(S - 1), [0, 0, 0, 0], 2)
  })

  it('converts 8- and 16-bit profiles to sRGB, and leaves pictures without one alone', async () => {
    for (const space of ['srgb', 'rgb16'] as const) {
      const wide = await one(
        `p3-${space}.png`,
        await plain('#c86432').toColourspace(space).withIccProfile('p3').png().toBuffer(),
      )
      close(at(wide, 1, 1), [200, 100, 50], 2)
      const bare = await one(`bare-${space}.png`, await plain('#c86432').toColourspace(space).png().toBuffer())
      close(at(bare, 1, 1), [200, 100, 50], 1)
    }
  })

  it('gives a reason, not an exception, for each bad picture, and goes on', async () => {
    const jpeg = await sharp(Buffer.from(Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 251)), {
      raw: { width: 300, height: 300, channels: 3 },
    })
      .jpeg()
      .toBuffer()
    const png = await sharp(jpeg).png().toBuffer()
    const damaged = Buffer.from(png)
    const middle = Math.floor(damaged.length / 2)
    damaged.fill(0x55, middle, middle + 400)
    const bad: Record<string, Buffer> = {
      'cut.jpg': jpeg.subarray(0, jpeg.length / 2),
      'cut.png': png.subarray(0, png.length / 2),
      'damaged.png': damaged,
      'text.png': Buffer.from('hello'),
      'empty.webp': Buffer.alloc(0),
      'print.jpg': await sharp(jpeg).toColourspace('cmyk').jpeg().toBuffer(),
      'cut.webp': (await sharp(jpeg).webp().toBuffer()).subarray(0, 3000),
      'cut.tif': (await sharp(jpeg).tiff().toBuffer()).subarray(0, 3000),
      'cut.avif': (await sharp(jpeg).avif().toBuffer()).subarray(0, 3000),
    }
    const sources = []
    for (const [name, content] of Object.entries({ ...bad, 'good.jpg': jpeg })) {
      sources.push(join(folder, name))
      await writeFile(join(folder, name), content)
    }
    sources.push(join(folder, 'gone.jpg'), folder)
    const { items } = await thumbnails({ sources, resolution: 32 })
    const count = Object.keys(bad).length
    for (const [i, item] of items.entries()) {
      expect([sources[i], item.ok]).toEqual([sources[i], i === count])
      if (!item.ok) expect(item.reason).toMatch(/^[A-Z].*\.$/)
    }
    expect((await readFile(join(folder, 'good.jpg'))).equals(jpeg)).toBe(true)
  })

  it('accepts a JPEG with harmless oddities, and a single pixel', async () => {
    const jpeg = await plain('#336699').jpeg().toBuffer()
    expect(await one('trailing.jpg', Buffer.concat([jpeg, Buffer.from('appended by a camera')]))).toMatchObject({
      ok: true,
    })
    const pixel = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#010203' } })
      .png()
      .toBuffer()
    close(at(await one('pixel.png', pixel), 3, 3), [1, 2, 3], 0)
  })
})
