import { describe, expect, it } from 'vitest'
import { meanDeltaE } from './delta-e.js'

type Colour = readonly [number, number, number]
const filled = (count: number, colour: (i: number) => Colour): Float64Array =>
  Float64Array.from({ length: 3 * count }, (_, i) => colour(Math.floor(i / 3))[i % 3]!)

describe('meanDeltaE', () => {
  // From a program of its own, in Python, that gives the published values of Sharma et al. 2005, table 1.
  it.each<[Colour, Colour, number]>([
    [[128, 128, 128], [136, 136, 136], 2.94679404],
    [[128, 128, 128], [136, 120, 136], 11.40288909],
    [[255, 0, 0], [247, 8, 0], 1.53102844],
    [[20, 40, 200], [28, 32, 208], 1.71207753],
    [[250, 250, 240], [242, 250, 248], 4.62696676],
    [[255, 255, 255], [0, 0, 0], 100],
    [[3, 77, 200], [3, 77, 200], 0],
  ])('of %j and %j is %d, all over a picture of any size', (from, to, expected) => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [300, 210],
    ] as const) {
      const [a, b] = [from, to].map((colour) => filled(width * height, () => colour)) as [Float64Array, Float64Array]
      expect(meanDeltaE(a, b, width, height)).toBeCloseTo(expected, 7)
      expect(meanDeltaE(b, a, width, height)).toBeCloseTo(expected, 7)
    }
  })

  it('is in step with no pattern, and looks everywhere', () => {
    const [width, height] = [640, 256]
    const grey = filled(width * height, () => [128, 128, 128])
    const share = (changed: (x: number, y: number) => boolean): number =>
      meanDeltaE(
        grey,
        filled(width * height, (i) => (changed(i % width, Math.floor(i / width)) ? [136, 136, 136] : [128, 128, 128])),
        width,
        height,
      ) / 2.94679404
    for (const period of [2, 4, 8, 10, 16]) {
      expect(share((x) => x % period < period / 2)).toBeCloseTo(0.5, 1)
      expect(share((_, y) => y % period < period / 2)).toBeCloseTo(0.5, 1)
    }
    expect(share((x, y) => x >= width - 64 && y < 64)).toBeCloseTo(0.025, 2)
  })
})
