import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image as renderImage } from '../../images/view.js'
import { makeSamples as makeSamplesWith, type ReportSample, type SampleSource } from './samples.js'

const makeSamples = (sources: readonly SampleSource[]): Promise<ReportSample[]> =>
  makeSamplesWith(sources, (source, size) => renderImage({ source, size }))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-samples-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function image(name: string, width: number, height: number, background: string): Promise<string> {
  const file = join(folder, name)
  await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toFile(file)
  return file
}

async function protectedImage(className: string, width: number, height: number): Promise<SampleSource> {
  const name = `${className}-${width}x${height}.png`
  return {
    path: name,
    className,
    target: await image(`target-${name}`, width, height, '#284060'),
  }
}

const decode = (url: string) => sharp(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))

describe('makeSamples', () => {
  it('shows the protected picture, made small, and nothing else', async () => {
    const [sample] = await makeSamples([await protectedImage('a', 640, 480)])
    expect(Object.keys(sample!)).toEqual(['path', 'className', 'image'])
    const { data, info } = await decode(sample!.image).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([320, 240])
    expect(Math.abs(data[0]! - 0x28)).toBeLessThanOrEqual(2)
  })

  it('takes one picture a class, six at most, and passes over what it cannot read', async () => {
    const sources = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => protectedImage(name, 64, 64)))
    const broken = { path: 'x', className: 'a', target: join(folder, 'none') }
    const samples = await makeSamples([broken, sources[0]!, sources[0]!, ...sources.slice(1)])
    expect(samples.map((sample) => sample.className)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})
