import sharp from 'sharp'
import { expect, it } from 'vitest'
import { asViewed } from './viewed.js'

const side = 32
const noise = Buffer.from(Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7919) % 251))
const image = () =>
  sharp(noise, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
const pixels = (buffer: Buffer) => sharp(buffer).toColourspace('srgb').removeAlpha().raw().toBuffer()
const spread = (data: Buffer) => {
  let sum = 0
  for (let i = 3; i < data.length; i++) sum += Math.abs(data[i]! - data[i - 3]!)
  return sum / data.length
}

it('turns grey: three equal channels', async () => {
  const data = await pixels(await asViewed(await image(), { kind: 'grey' }))
  for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]])
})

it('compresses at the quality asked for', async () => {
  const [good, bad] = [75, 30].map(async (quality) => asViewed(await image(), { kind: 'jpeg', quality }))
  expect((await sharp(await bad).metadata()).format).toBe('jpeg')
  expect((await good)!.length).toBeGreaterThan((await bad)!.length)
})

it('goes down to half and back to the same size, without the finest detail', async () => {
  const half = await asViewed(await image(), { kind: 'half' })
  expect(await sharp(half).metadata()).toMatchObject({ width: side, height: side })
  expect(spread(await pixels(half))).toBeLessThan(0.6 * spread(noise))
})
