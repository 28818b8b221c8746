import { expect, test } from 'vitest'
import { meanSsim } from './ssim.js'

const original = (x: number, y: number): number => (x * 37 + y * 101 + ((x * y) % 53)) % 256
const changed = (by: number) => (x: number, y: number) =>
  Math.min(255, Math.max(0, original(x, y) + ((x * 7 + y * 13) % (4 * by + 1)) - 2 * by))
const grid = (width: number, height: number, value: (x: number, y: number) => number): Float64Array =>
  Float64Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)))

// By scipy 1.10: scipy.ndimage.uniform_filter for each mean, the windows that reach over an edge left out.
test.each([
  [40, 30, 4, 0.9978500415576744],
  [40, 30, 20, 0.9556574845671235],
  [11, 11, 10, 0.9877802136661203],
  [17, 5, 6, 0.9952858149425452],
])('is that of a reference: %i × %i, changed by %i', (width, height, by, expected) => {
  const [a, b] = [grid(width, height, original), grid(width, height, changed(by))]
  expect(meanSsim(a, b, width, height)).toBeCloseTo(expected, 12)
  expect(meanSsim(b, a, width, height)).toBeCloseTo(expected, 12)
  expect(meanSsim(a, a, width, height)).toBe(1)
})
