import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { FLOOR, KNEE, budgetShare } from './share.js'

const SIZE = 64

const grey = (width: number, height: number, luma: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => luma(i % width, Math.floor(i / width))).flatMap((v) => [v, v, v]),
  )

const random = keyedRandom('share')
const noise = (deviation: number): number => 128 + deviation * random.gaussian()

describe('budgetShare', () => {
  it.each([2, 4, 8])('of noise is its deviation over the knee: %d', (deviation) => {
    const share = budgetShare(
      grey(640, 400, () => noise(deviation)),
      640,
      400,
      SIZE,
      { floor: 0 },
    )
    for (const value of share) expect(Math.abs((value * KNEE) / deviation - 1)).toBeLessThan(0.15)
  })

  it('is the floor on flat ground, and beside a lone edge', () => {
    expect(
      new Set(
        budgetShare(
          grey(99, 70, () => 200),
          99,
          70,
          SIZE,
        ),
      ),
    ).toEqual(new Set([Math.fround(FLOOR)]))
    const edge = budgetShare(
      grey(640, 640, (x) => (x < 323 ? 20 : 220)),
      640,
      640,
      SIZE,
    )
    expect(Math.max(...edge)).toBeLessThan(0.4)
  })

  it('is where the texture is', () => {
    const share = budgetShare(
      grey(640, 400, (x, y) => (x < 320 && y < 200 ? noise(2 * KNEE) : 128)),
      640,
      400,
      SIZE,
    )
    const at = (x: number, y: number): number => share[y * SIZE + x]!
    for (const [x, y, expected] of [
      [0, 0, 1],
      [26, 26, 1],
      [37, 26, FLOOR],
      [26, 37, FLOOR],
      [63, 63, FLOOR],
    ] as const) {
      expect(at(x, y)).toBeCloseTo(expected, 6)
    }
  })

  it('of pictures of any size is within floor–1, and turns over with the picture', () => {
    const sides = fc.integer({ min: 1, max: 90 })
    fc.assert(
      fc.property(sides, sides, fc.constantFrom(32, 64, 128), fc.infiniteStream(fc.nat(255)), (w, h, size, bytes) => {
        const rows = Array.from({ length: w * h }, () => bytes.next().value as number)
        const share = budgetShare(
          grey(w, h, (x, y) => rows[y * w + x]!),
          w,
          h,
          size,
        )
        expect(share.length).toBe(size * size)
        expect(share.every((value) => value >= Math.fround(FLOOR) && value <= 1)).toBe(true)
        const turned = budgetShare(
          grey(h, w, (x, y) => rows[x * w + y]!),
          h,
          w,
          size,
        )
        for (let i = 0; i < size * size; i++) {
          expect(turned[(i % size) * size + Math.floor(i / size)]).toBeCloseTo(share[i]!, 5)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('of a picture of 32 pixels sees texture and flat ground at twice its resolution', () => {
    const share = budgetShare(
      grey(32, 32, (x) => (x < 16 ? noise(30) : 128)),
      32,
      32,
      SIZE,
    )
    expect(share[32 * SIZE]).toBe(1)
    expect(share[32 * SIZE + 63]).toBeCloseTo(FLOOR, 6)
  })

  it('refuses pixels of another size', () => {
    expect(() => budgetShare(new Uint8Array(11), 2, 2, SIZE)).toThrow(RangeError)
  })
})
