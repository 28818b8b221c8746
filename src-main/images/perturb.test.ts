import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enlarger, perturb, type Pixels } from './perturb.js'

function noise(resolution: number, epsilon: number, phase = 1): Float32Array {
  return Float32Array.from({ length: 3 * resolution * resolution }, (_, i) =>
    Math.fround((epsilon / 255) * Math.sin(phase + i * 12.9898)),
  )
}

/** The same definition written as directly as possible: every output value from all taps, in float64. */
function direct(
  delta: Float32Array,
  s: number,
  w: number,
  h: number,
  epsilon: number,
  c: number,
  x: number,
  y: number,
) {
  const kernel = (v: number): number => {
    const a = Math.abs(v)
    return a < 1 ? 1.5 * a ** 3 - 2.5 * a ** 2 + 1 : a < 2 ? -0.5 * a ** 3 + 2.5 * a ** 2 - 4 * a + 2 : 0
  }
  const axis = (at: number, size: number): { index: number; weight: number }[] => {
    const scale = Math.max(1, s / size)
    const centre = ((at + 0.5) * s) / size - 0.5
    const taps = []
    for (let k = -8 * Math.ceil(scale); k < s + 8 * Math.ceil(scale); k++) {
      taps.push({ index: Math.min(s - 1, Math.max(0, k)), weight: kernel((k - centre) / scale) })
    }
    const total = taps.reduce((sum, tap) => sum + tap.weight, 0)
    return taps.map((tap) => ({ index: tap.index, weight: tap.weight / total }))
  }
  let sum = 0
  for (const v of axis(y, h)) {
    for (const u of axis(x, w)) sum += v.weight * u.weight * 255 * delta[(c * s + v.index) * s + u.index]!
  }
  return Math.min(epsilon, Math.max(-epsilon, sum))
}

describe('enlarger', () => {
  it.each([
    [8, 37, 23],
    [8, 8, 8],
    [8, 3, 5],
    [8, 1, 1],
    [4, 50, 2],
    [16, 2, 50],
  ])('is cubic interpolation between pixel centres: %i² to %i×%i', (s, w, h) => {
    const delta = noise(s, 8)
    const rows = enlarger(delta, s, w, h, 8, 3)
    for (let y = 0; y < h; y++) {
      const row = rows.row(y)
      for (let x = 0; x < w; x++) {
        for (let c = 0; c < 3; c++) expect(row[x * 3 + c]).toBeCloseTo(direct(delta, s, w, h, 8, c, x, y), 3)
      }
    }
  })

  it('gives back the grid itself at the same size, and a constant as that constant', () => {
    const delta = noise(8, 8)
    const rows = enlarger(delta, 8, 8, 8, 8, 3)
    for (let y = 0; y < 8; y++) {
      const row = rows.row(y)
      for (let x = 0; x < 8; x++) expect(row[x * 3 + 1]).toBeCloseTo(255 * delta[64 + y * 8 + x]!, 4)
    }
    const flat = enlarger(new Float32Array(3 * 64).fill(3 / 255), 8, 91, 55, 8, 3)
    for (let y = 0; y < 55; y++) for (const v of flat.row(y)) expect(v).toBeCloseTo(3, 4)
  })

  it('clips the overshoot of the cubic to epsilon', () => {
    const delta = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 8 < 4 ? 8 : -8) / 255)
    const rows = enlarger(delta, 8, 200, 200, 8, 3)
    for (let y = 0; y < 200; y++) for (const v of rows.row(y)) expect(Math.abs(v)).toBeLessThanOrEqual(8)
  })

  it('refuses noise of another shape', () => {
    expect(() => enlarger(new Float32Array(10), 8, 4, 4, 8, 3)).toThrow(RangeError)
  })
})

describe('perturb', () => {
  it('never changes a value by more than epsilon, changes no alpha, and is what the definition says', () => {
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: 1, max: 40 }),
          height: fc.integer({ min: 1, max: 40 }),
          channels: fc.constantFrom<(1 | 2 | 3 | 4)[]>(1, 2, 3, 4),
          deep: fc.boolean(),
          epsilon: fc.double({ min: 1, max: 64, noNaN: true }),
          phase: fc.integer({ min: 0, max: 1000 }),
        }),
        ({ width, height, channels, deep, epsilon, phase }) => {
          const length = width * height * channels
          const value = (i: number): number => Math.floor((deep ? 65535 : 255) * (0.5 + 0.5 * Math.sin(i * phase)))
          const data = deep
            ? Uint16Array.from({ length }, (_, i) => value(i))
            : Uint8Array.from({ length }, (_, i) => value(i))
          const before = data.slice()
          const s = 8
          const delta = noise(s, epsilon * 1.3, phase)
          const image: Pixels = { data, width, height, channels }
          const out = perturb(image, delta, s, epsilon).data
          expect(data).toEqual(before)
          const unit = deep ? 257 : 1
          const limit = Math.floor(epsilon * unit)
          const rows = enlarger(delta, s, width, height, limit / unit, channels)
          for (let y = 0; y < height; y++) {
            const row = rows.row(y)
            for (let x = 0; x < width; x++) {
              for (let c = 0; c < channels; c++) {
                const at = (y * width + x) * channels + c
                const isAlpha = channels % 2 === 0 && c === channels - 1
                if (isAlpha) expect(out[at]).toBe(data[at])
                else {
                  expect(Math.abs(out[at]! - data[at]!)).toBeLessThanOrEqual(limit)
                  const exact = data[at]! + unit * row[x * channels + c]!
                  const inRange = Math.min(deep ? 65535 : 255, Math.max(0, exact))
                  expect(Math.abs(out[at]! - inRange)).toBeLessThanOrEqual(0.501)
                }
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('lays the luma-weighted mean on grey', () => {
    const delta = new Float32Array(12)
    delta.fill(10 / 255, 0, 4)
    const out = perturb({ data: Uint8Array.of(100, 7), width: 1, height: 1, channels: 2 }, delta, 2, 16)
    expect([...out.data]).toEqual([103, 7])
  })

  it('subtracts as well as adds', () => {
    const image: Pixels = { data: Uint8Array.of(100, 3, 250), width: 1, height: 1, channels: 3 }
    const delta = Float32Array.of(-8 / 255, -8 / 255, 8 / 255)
    expect([...perturb(image, delta, 1, 8).data]).toEqual([92, 0, 255])
  })
})
