import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { LEAST_SHARE, amplitude } from './amplitude.js'

const S = 16
const AREA = S * S

function shares(pixel: (x: number, y: number) => number, epsilon = 8): Float32Array {
  const bytes = Uint8Array.from({ length: 3 * AREA }, (_, i) => pixel(i % S, Math.floor((i % AREA) / S)))
  return amplitude(bytes, epsilon)
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('amplitude', () => {
  it('gives an even ground what luminance adaptation allows, and no less than the least share', () => {
    // Black: 20 of 255 is noticeable; white: 3 / 128 · 128 + 3 = 6; middle grey: 3, which is below half of 8.
    expect(shares(() => 0, 40)[0]).toBeCloseTo(20 / 40, 5)
    expect(shares(() => 255)[0]).toBeCloseTo(6 / 8, 5)
    expect(shares(() => 127)[0]).toBe(LEAST_SHARE)
  })

  it('gives texture more than an even ground of the same brightness', () => {
    const random = keyedRandom('amplitude', 'texture')
    expect(mean(shares(() => 60 + random.integer(130)))).toBeGreaterThan(mean(shares(() => 125)) + 0.2)
  })

  it('stays between the least share and the whole', () => {
    for (const share of shares((x, y) => ((x + y) % 2) * 255)) {
      expect(share).toBeGreaterThanOrEqual(LEAST_SHARE)
      expect(share).toBeLessThanOrEqual(1)
    }
  })
})
