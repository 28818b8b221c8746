import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowanceFor, standIn } from './budget.js'
import { LARGEST_CHANGE } from './sight.js'
import { withNoise } from '../../test/support/noise-request.js'
import { cropBeforeAfter, image } from './view.js'

let folder: string
const WIDTH = 300
const HEIGHT = 200
const S = 32
const EYES = { visibility: 0.1, brightness: false }
const whole = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 31 + (i >> 7)) % 256)
const at = (name: string): string => join(folder, name)
const decode = async (png: Uint8Array): Promise<Uint8Array> => new Uint8Array(await sharp(png).raw().toBuffer())

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-view-'))
  await sharp(whole, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toFile(at('a.png'))
  await sharp(whole, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toFile(at('turned.jpg'))
  await writeFile(at('broken.png'), 'no picture')
})
afterAll(() => rm(folder, { recursive: true }))

describe('cropBeforeAfter', () => {
  const request = { eyes: EYES, resolution: S, width: 100, height: 80, centerX: 0.9, centerY: 0.5 }

  it('shows the very pixels that the export would write', async () => {
    const crop = await cropBeforeAfter({ ...request, source: at('a.png') })
    expect(crop).toMatchObject({ x: 200, y: 60, width: 100, height: 80, imageWidth: WIDTH, imageHeight: HEIGHT })
    const pixels = { data: whole, width: WIDTH, height: HEIGHT, channels: 3 } as const
    const allowance = await allowanceFor(pixels, S, EYES)
    const noise = { field: standIn(pixels, S), resolution: S, ...allowance }
    const exported = (await withNoise(pixels, noise)).data
    const cut = (data: Uint8Array): Uint8Array => {
      const rows = Array.from({ length: 80 }, (_, y) =>
        data.subarray(((60 + y) * WIDTH + 200) * 3, ((60 + y) * WIDTH + 300) * 3),
      )
      return Uint8Array.from(rows.flatMap((row) => [...row]))
    }
    expect(await decode(crop.before)).toEqual(cut(whole))
    expect(await decode(crop.after)).toEqual(cut(exported as Uint8Array))
    expect(crop.maxAbsDiff).toBeLessThanOrEqual(LARGEST_CHANGE)
    const { mean } = allowance.most
    expect(Math.abs(crop.flip - mean)).toBeLessThan(0.05 * mean)
    const difference = await decode(crop.difference)
    const first = (await decode(crop.after))[0]! - (await decode(crop.before))[0]!
    expect(difference[0]).toBe(128 + first * crop.amplification)
  })

  it('a picture smaller than the crop is shown whole; orientation is honoured', async () => {
    const crop = await cropBeforeAfter({ ...request, source: at('turned.jpg'), width: 2000, height: 2000 })
    expect(crop).toMatchObject({ x: 0, y: 0, width: HEIGHT, height: WIDTH, imageWidth: HEIGHT, imageHeight: WIDTH })
  })

  it('names a picture that cannot be read', async () => {
    await expect(cropBeforeAfter({ ...request, source: at('broken.png') })).rejects.toMatchObject({
      code: 'picture-unreadable',
    })
  })
})

describe('picture', () => {
  it('fits into the size without being enlarged, upright and without metadata', async () => {
    const small = await image({ source: at('turned.jpg'), size: 60 })
    expect(small).toMatchObject({ mime: 'image/jpeg', width: 40, height: 60 })
    expect((await sharp(small.bytes).metadata()).exif).toBeUndefined()
    expect(await image({ source: at('a.png'), size: 1000 })).toMatchObject({ width: WIDTH, height: HEIGHT })
    await expect(image({ source: at('broken.png'), size: 60 })).rejects.toMatchObject({ code: 'picture-unreadable' })
  })
})
