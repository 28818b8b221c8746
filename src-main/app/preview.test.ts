import { describe, expect, it } from 'vitest'
import { previewNoise } from './preview.js'

describe('previewNoise', () => {
  const noise = previewNoise(32, 8)
  const channel = (c: number) => noise.subarray(c * 32 ** 2, (c + 1) * 32 ** 2)

  it('has every value at the limit, and the same ones each time', () => {
    expect(noise).toHaveLength(3 * 32 ** 2)
    expect(noise.every((value) => Math.abs(Math.abs(value) - 8 / 255) < 1e-6)).toBe(true)
    expect(previewNoise(32, 8)).toEqual(noise)
  })

  it('is coloured, as learnt noise is', () => {
    expect(channel(0)).not.toEqual(channel(2))
  })
})
