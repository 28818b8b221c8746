import { describe, expect, it } from 'vitest'
import { budgetOf, changeOf, fieldOf } from '../core/protect/noise.js'
import { keyedRandom } from '../core/random/random.js'
import { allowanceFor, standIn } from './budget.js'
import { type Pixels, perturb } from './perturb.js'
import { LARGEST_CHANGE, rgbOf, scaledNoise, sightOf } from './sight.js'
import { testNoise } from '../../test/support/noise-request.js'

const S = 32

/** Smooth on the left, rough on the right. */
function scene(width: number, height: number, channels: Pixels['channels'] = 3): Pixels {
  const random = keyedRandom('test', 'scene')
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const x = Math.floor(i / channels) % width
    if (channels % 2 === 0 && i % channels === channels - 1) return 255
    return 90 + 20 * (i % channels) + (x > width / 2 ? random.integer(100) : 0)
  })
  return { data, width, height, channels }
}

describe('sight', () => {
  it.each([
    [200, 150],
    [1_500, 900],
  ])('sees of noise in %i × %i pixels what it sees of the picture with the noise', async (width, height) => {
    const original = scene(width, height)
    const { field, budget } = testNoise(S)
    const delta = changeOf(fieldOf(field), budgetOf(budget), null)
    const sight = sightOf(original, delta, S)
    const twice = delta.map((value) => 2 * value)
    const [seen, written] = [await sight.at(2), sight.of(perturb(original, twice, S, LARGEST_CHANGE))]
    expect(seen.mean).toBeCloseTo(written.mean, 6)
    expect(seen.worst).toBeCloseTo(written.worst, 6)
    expect(seen.worst).toBeGreaterThan(seen.mean)
    expect(await sight.at(0)).toEqual({ mean: 0, worst: 0 })
    expect((await sight.at(3)).mean).toBeGreaterThan(seen.mean)
  })

  it('sees what a format does to the places as well', async () => {
    const original = scene(300, 200)
    const { field, budget } = testNoise(S)
    const delta = changeOf(fieldOf(field), budgetOf(budget), null)
    const darker = async ({ data, ...size }: Pixels) => ({ ...size, data: data.map((value) => value * 0.8) })
    expect((await sightOf(original, delta, S, darker).at(0)).mean).toBeGreaterThan(0.1)
  })

  it('is of the picture on white, with any channels and depth', () => {
    const rgb = (data: Uint8Array | Uint16Array, channels: Pixels['channels']) => [
      ...rgbOf({ data, width: 1, height: 1, channels }),
    ]
    expect(rgb(Uint8Array.of(10), 1)).toEqual([10, 10, 10])
    expect(rgb(Uint8Array.of(10, 0), 2)).toEqual([255, 255, 255])
    expect(rgb(Uint8Array.of(0, 100, 200, 51), 4)).toEqual([204, 224, 244])
    expect(rgb(Uint16Array.of(257, 514, 65_535), 3)).toEqual([1, 2, 255])
  })
})

describe('scaledNoise', () => {
  it.each([0.05, 0.1, 0.16])('is as visible as wanted: %f', async (visibility) => {
    const original = scene(320, 240)
    const { noise, scale, sight } = await scaledNoise(original, testNoise(S, visibility))
    const wanted = (of: number) => Math.abs(of - visibility) < 0.04 * visibility
    expect(wanted((await sight.at(scale)).mean)).toBe(true)
    expect(wanted(sight.of(perturb(original, noise, S, LARGEST_CHANGE)).mean)).toBe(true)
  })

  it('gives a change in few places less, because it is plain there', async () => {
    const original = scene(320, 240)
    const request = testNoise(S, 0.1)
    const corner = request.budget.map((value, i) => (i % S < 4 && (i % (S * S)) / S < 8 ? value : 0))
    const seen = async (budget: Uint8Array) => {
      const { scale, sight } = await scaledNoise(original, { ...request, budget })
      return sight.at(scale)
    }
    const everywhere = await seen(request.budget)
    const there = await seen(corner)
    expect(there.mean).toBeLessThan(0.5 * everywhere.mean)
    expect(there.worst).toBeLessThan(1.05 * request.most.worst)
  })
})

describe('allowanceFor', () => {
  const eyes = { visibility: 0.1, brightness: false }
  const sums = (bytes: Uint8Array) => {
    const { colour, brightness } = budgetOf(bytes)
    const of = (plane: Uint8Array, from: number, to: number) =>
      plane.filter((_, i) => i % S >= from * S && i % S < to * S).reduce((a, b) => a + b, 0)
    return { smooth: of(colour, 0, 0.4), rough: of(colour, 0.6, 1), brightness: of(brightness, 0, 1) }
  }

  it('lets what is rough change more than what is smooth, in colour alone', async () => {
    const found = sums((await allowanceFor(scene(320, 240), S, eyes)).budget)
    expect(found.rough).toBeGreaterThan(2 * found.smooth)
    expect(found.smooth).toBeGreaterThan(0)
    expect(found.brightness).toBe(0)
  })

  it('lets brightness change as well where it is asked to, and in grey pictures nothing else', async () => {
    expect(
      sums((await allowanceFor(scene(320, 240), S, { ...eyes, brightness: true })).budget).brightness,
    ).toBeGreaterThan(0)
    const grey = sums((await allowanceFor(scene(320, 240, 1), S, eyes)).budget)
    expect(grey.brightness).toBeGreaterThan(0)
    expect(grey.rough + grey.smooth).toBe(0)
  })

  it('is about as visible as wanted with a stand-in for the noise', async () => {
    const original = scene(320, 240)
    const allowance = await allowanceFor(original, S, eyes)
    const { scale } = await scaledNoise(original, { field: standIn(original, S), resolution: S, ...allowance })
    expect(scale).toBeGreaterThan(0.9)
    expect(scale).toBeLessThan(1.1)
  })

  it('lets no place be plain: what texture in a corner may not take, the rest takes', async () => {
    const original = scene(320, 240)
    const rough = (i: number) => (i / 3) % 320 > 250 && i / 960 < 50
    const drawing = { ...original, data: original.data.map((value, i) => (rough(i) ? value : 90 + 20 * (i % 3))) }
    const allowance = await allowanceFor(drawing, S, eyes)
    const { sight, scale } = await scaledNoise(drawing, { field: standIn(drawing, S), resolution: S, ...allowance })
    const { mean, worst } = await sight.at(scale)
    expect(worst).toBeLessThan(1.05 * allowance.most.worst)
    expect(mean).toBeGreaterThan(0.8 * allowance.most.mean)
  })

  it('lets less be seen where nothing hides it: of smooth things, of grey ones, and of large ones', async () => {
    const mean = async (pixels: Pixels) => (await allowanceFor(pixels, S, eyes)).most.mean
    const random = keyedRandom('test', 'rough')
    const noisy = (pixels: Pixels) => ({ ...pixels, data: pixels.data.map(() => 60 + random.integer(120)) })
    const small = scene(160, 120)
    const smooth = { ...small, data: small.data.map((_, i) => 60 + Math.floor((60 * (i % 480)) / 480) + 20 * (i % 3)) }
    expect(await mean(noisy(small))).toBeGreaterThan(0.1)
    expect(await mean(smooth)).toBeLessThan(0.05)
    expect(await mean(noisy(scene(1920, 1440)))).toBeLessThan(0.08)
    expect(await mean(scene(320, 240, 1))).toBeLessThan(0.05)
  })

  it('adds no colour to a black and white picture that is stored in colour', async () => {
    const { data, width, height } = scene(320, 240, 1)
    const stored = {
      data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]!),
      width,
      height,
      channels: 3 as const,
    }
    const found = sums((await allowanceFor(stored, S, eyes)).budget)
    expect(found.brightness).toBeGreaterThan(0)
    expect(found.rough + found.smooth).toBe(0)
  })

  it.each([
    [1, 1],
    [5, 400],
    [32, 32],
  ])('is made of pictures of any size: %i × %i', async (width, height) => {
    const { budget, most } = await allowanceFor(scene(width, height), S, eyes)
    expect(budget).toHaveLength(2 * S * S)
    expect(most.mean).toBeGreaterThan(0)
  })
})
