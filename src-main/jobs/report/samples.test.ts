import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DETAIL_SHARE, makeSamples, type SampleSource } from './samples.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-samples-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function picture(name: string, width: number, height: number, background: string): Promise<string> {
  const file = join(folder, name)
  await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toFile(file)
  return file
}

async function pair(className: string, width: number, height: number): Promise<SampleSource> {
  const name = `${className}-${width}x${height}.png`
  return {
    path: name,
    className,
    source: await picture(`source-${name}`, width, height, '#204060'),
    target: await picture(`target-${name}`, width, height, '#284060'),
  }
}

const decode = (url: string) => sharp(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))

describe('makeSamples', () => {
  it('shows of an original one small detail and no more', async () => {
    const [sample] = await makeSamples([await pair('a', 400, 300)])
    const { width, height } = await decode(sample!.detail!.before).metadata()
    expect(width).toBe(60)
    expect((width * height) / (400 * 300)).toBeLessThanOrEqual(DETAIL_SHARE ** 2)
    const { data } = await decode(sample!.detail!.before).raw().toBuffer({ resolveWithObject: true })
    expect([...data.subarray(0, 3)]).toEqual([0x20, 0x40, 0x60])
    const shown = await decode(sample!.picture).raw().toBuffer()
    expect(Math.abs(shown[0]! - 0x28)).toBeLessThanOrEqual(2)
  })

  it('shows no original at all of a small picture', async () => {
    const [sample] = await makeSamples([await pair('b', 100, 100)])
    expect(sample!.detail).toBeNull()
  })

  it('takes one picture a class, six at most, and passes over what it cannot read', async () => {
    const sources = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => pair(name, 64, 64)))
    const broken = { path: 'x', className: 'a', source: join(folder, 'none'), target: join(folder, 'none') }
    const samples = await makeSamples([broken, sources[0]!, sources[0]!, ...sources.slice(1)])
    expect(samples.map((sample) => sample.className)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})
