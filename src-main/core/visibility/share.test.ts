import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { FLOORS, evened, KNEE, budgetShare, textureOf } from './share.js'

const SIZE = 64

const grey = (width: number, height: number, luma: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => luma(i % width, Math.floor(i / width))).flatMap((v) => [v, v, v]),
  )
const texture = (width: number, height: number, luma: (x: number, y: number) => number): Float64Array =>
  textureOf(grey(width, height, luma), width, height, SIZE)

const random = keyedRandom('share')
const noise = (deviation: number): number => 128 + deviation * random.gaussian()
const mean = (values: Float64Array | Float32Array): number => [...values].reduce((a, b) => a + b, 0) / values.length

describe('textureOf', () => {
  it.each([4, 8, 16])('of noise is a little less than its deviation over the knee: %d', (deviation) => {
    const found = mean(texture(640, 640, () => noise(deviation)))
    expect((found * KNEE) / deviation).toBeGreaterThan(0.7)
    expect((found * KNEE) / deviation).toBeLessThan(1)
  })

  it('of flat ground, of shading, and beside a lone edge is nothing', () => {
    expect(Math.max(...texture(99, 70, () => 200))).toBeCloseTo(0, 6)
    expect(Math.max(...texture(640, 400, (x) => 20 + x / 3)).toFixed(1)).toBe('0.0')
    expect(Math.max(...texture(640, 640, (x) => (x < 323 ? 20 : 220)))).toBeCloseTo(0, 6)
    expect(Math.max(...texture(200, 200, (x, y) => (x + y < 190 ? 20 : 220)))).toBeCloseTo(0, 6)
  })

  it('is where the texture is', () => {
    const found = texture(640, 400, (x, y) => (x < 320 && y < 200 ? noise(3 * KNEE) : 128))
    const at = (x: number, y: number): number => found[y * SIZE + x]!
    for (const [x, y] of [
      [0, 0],
      [26, 26],
    ] as const) {
      expect(at(x, y)).toBeGreaterThan(1)
    }
    for (const [x, y] of [
      [34, 26],
      [26, 34],
      [63, 63],
    ] as const) {
      expect(at(x, y)).toBeCloseTo(0, 6)
    }
  })

  it('of pictures of any size is finite and not negative, and turns over with the picture', () => {
    const sides = fc.integer({ min: 1, max: 90 })
    fc.assert(
      fc.property(sides, sides, fc.constantFrom(32, 64, 128), fc.infiniteStream(fc.nat(255)), (w, h, size, bytes) => {
        const rows = Array.from({ length: w * h }, () => bytes.next().value as number)
        const found = textureOf(
          grey(w, h, (x, y) => rows[y * w + x]!),
          w,
          h,
          size,
        )
        expect(found.length).toBe(size * size)
        expect(found.every((value) => value >= 0 && value < 255)).toBe(true)
        const turned = textureOf(
          grey(h, w, (x, y) => rows[x * w + y]!),
          h,
          w,
          size,
        )
        for (let i = 0; i < size * size; i++) {
          expect(turned[(i % size) * size + Math.floor(i / size)]).toBeCloseTo(found[i]!, 5)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('of a picture of 32 pixels sees texture and flat ground at twice its resolution', () => {
    const found = texture(32, 32, (x) => (x < 16 ? noise(60) : 128))
    expect(found[32 * SIZE]).toBeGreaterThan(1)
    expect(found[32 * SIZE + 63]).toBeCloseTo(0, 6)
  })

  it('refuses pixels of another size', () => {
    expect(() => textureOf(new Uint8Array(11), 2, 2, SIZE)).toThrow(RangeError)
  })
})

describe('budgetShare', () => {
  const least = (share: Float32Array): number => Math.min(...share)
  const limits = () => ({ mean: 0.1, worst: 0.3 })
  const part = (held: (x: number, y: number) => boolean): Float64Array =>
    Float64Array.from({ length: SIZE * SIZE }, (_, i) => (held(i % SIZE, Math.floor(i / SIZE)) ? 2 : 0))

  it('gives all to texture where it is wide enough for a wave, and everything a flat picture has to all of it', () => {
    const wide = budgetShare(
      part((x) => x < 24),
      SIZE,
      limits,
      127,
    )
    expect(wide[0]).toBe(1)
    expect(wide[SIZE - 1]).toBeLessThan(0.1)
    const flat = budgetShare(
      part(() => false),
      SIZE,
      limits,
      127,
    )
    expect(new Set(flat.map((share) => share / least(flat)))).toEqual(new Set([1]))
  })

  it('gives more to the ground where texture is in pieces that hold no wave, or may not take much', () => {
    const pieces = part((x, y) => x % 16 === 0 && y % 16 === 0)
    expect(least(budgetShare(pieces, SIZE, limits, 127))).toBeGreaterThan(FLOORS[1])
    const half = part((x) => x < 24)
    expect(least(budgetShare(half, SIZE, limits, 20))).toBeGreaterThan(least(budgetShare(half, SIZE, limits, 127)))
  })

  it('is the texture, kept in floor–1', () => {
    const found = Float64Array.from({ length: SIZE * SIZE }, (_, i) => (3 * i) / (SIZE * SIZE))
    const share = budgetShare(found, SIZE, limits, 127)
    share.forEach((value, i) => {
      expect(value).toBeCloseTo(Math.min(1, Math.max(least(share), found[i]!)), 6)
    })
  })
})

describe('evened', () => {
  it('takes from places that are seen more than may be, and from no others', () => {
    const share = Float32Array.of(1, 0.5, 1)
    const evenedShare = evened(share, Float64Array.of(0.6, 0.2, 0.3), 0.3)
    expect(evenedShare[0]).toBeCloseTo(0.5 ** (1 / 0.7), 5)
    expect([...evenedShare].slice(1)).toEqual([0.5, 1])
  })
})
