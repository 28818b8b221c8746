import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../core/random/random.js'
import type { Pixels } from './perturb.js'
import { measure } from './compare.js'

const image = (width: number, height: number, value: (x: number, y: number, c: number) => number): Pixels => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const at = Math.floor(i / 3)
    return value(at % width, Math.floor(at / width), i % 3)
  }),
  width,
  height,
  channels: 3,
})
const texture = (x: number, y: number, c: number): number =>
  128 + Math.round(60 * Math.sin(x / 3 + c) * Math.cos(y / 4))

describe('measure', () => {
  it('is perfect for equal pictures of any size', () => {
    for (const [w, h] of [
      [1, 1],
      [2, 7],
      [64, 48],
      [900, 300],
    ] as const) {
      const p = image(w, h, texture)
      expect(measure(p, p)).toEqual({ maxAbsDiff: 0, psnr: null, ssim: 1, deltaE: 0 })
    }
  })

  it('is the textbook PSNR and maximum', () => {
    const a = image(20, 10, texture)
    const b = { ...a, data: a.data.map((v, i) => v + (i % 2 === 0 ? 3 : -5)) }
    const { maxAbsDiff, psnr } = measure(a, b)
    expect(maxAbsDiff).toBe(5)
    expect(psnr).toBeCloseTo(10 * Math.log10(255 ** 2 / ((9 + 25) / 2)), 10)
  })

  it('compares depths and channel counts as what they show', () => {
    const grey: Pixels = { data: Uint8Array.of(10, 200), width: 2, height: 1, channels: 1 }
    const colour: Pixels = {
      data: Uint16Array.of(10 * 257, 10 * 257, 12 * 257 + 1, 1, 200 * 257, 200 * 257, 200 * 257, 1),
      width: 2,
      height: 1,
      channels: 4,
    }
    const { maxAbsDiff } = measure(grey, colour)
    expect(maxAbsDiff).toBeCloseTo(2 + 1 / 257, 4)
  })

  it.each([1, 2, 3, 4] as const)('agrees with itself on 16 bit: %i channels', (channels) => {
    const [width, height] = [603, 517]
    const random = keyedRandom('quality', channels)
    const data = Uint8Array.from({ length: width * height * channels }, () => random.integer(256))
    const changed = data.map((v) => Math.min(255, Math.max(0, v + random.integer(17) - 8)))
    const deep = (values: Uint8Array): Pixels => ({
      data: Uint16Array.from(values, (v) => v * 257),
      width,
      height,
      channels,
    })
    const bytes = measure({ data, width, height, channels }, { data: changed, width, height, channels })
    const words = measure(deep(data), deep(changed))
    expect(bytes.maxAbsDiff).toBe(words.maxAbsDiff)
    expect(bytes.psnr).toBeCloseTo(words.psnr!, 9)
    expect(bytes.ssim).toBeCloseTo(words.ssim, 9)
    expect(bytes.deltaE).toBeCloseTo(words.deltaE, 9)
  })

  it('sees a change of colour that the luma does not, unless it is finer than the eye sees colours', () => {
    const grey = image(512, 512, () => 128)
    // 0.299·10 − 0.587·9 + 0.114·20 is nearly 0.
    const tint = [10, -9, 20] as const
    const tinted = image(512, 512, (_x, _y, c) => 128 + tint[c]!)
    const checked = image(512, 512, (x, y, c) => 128 + ((x + y) % 2 ? 1 : -1) * tint[c]!)
    expect(measure(grey, tinted).ssim).toBeGreaterThan(0.999)
    expect(measure(grey, tinted).deltaE).toBeGreaterThan(10)
    expect(measure(grey, checked).deltaE).toBe(0)
    expect(measure(grey, checked).psnr).toBeCloseTo(measure(grey, tinted).psnr!, 9)
  })

  it('counts a change of alpha', () => {
    const a: Pixels = { data: Uint8Array.of(10, 255), width: 1, height: 1, channels: 2 }
    expect(measure(a, { ...a, data: Uint8Array.of(10, 245) }).maxAbsDiff).toBe(10)
  })

  it('falls with structure lost, and is symmetric', () => {
    const a = image(300, 280, texture)
    const little = image(300, 280, (x, y, c) => texture(x, y, c) + ((x * 7 + y * 13) % 5) - 2)
    const lost = image(300, 280, (x, y) => 128 + ((x * 7919 + y * 104729) % 100) - 50)
    expect(measure(a, little).ssim).toBeGreaterThan(0.95)
    expect(measure(a, lost).ssim).toBeLessThan(0.2)
    expect(measure(little, a).ssim).toBeCloseTo(measure(a, little).ssim, 12)
    expect(() => measure(a, image(10, 10, texture))).toThrow(RangeError)
  })
})
