import { describe, expect, it } from 'vitest'
import { bandPass } from './spectrum.js'

const S = 64
const keep = bandPass({ low: 8, high: 20 }, S)

/** A wave of so many cycles across and down. */
const wave = (across: number, down = 0): Float32Array =>
  Float32Array.from({ length: S * S }, (_, i) => {
    const [x, y] = [(i % S) + 0.5, Math.floor(i / S) + 0.5]
    return Math.cos((Math.PI * 2 * across * x) / S) * Math.cos((Math.PI * 2 * down * y) / S)
  })

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('bandPass', () => {
  it('takes away what is coarser or finer than the band, in any direction', () => {
    for (const gone of [wave(0), wave(3), wave(5, 5), wave(25), wave(16, 16)]) {
      expect(largest(keep(gone))).toBeLessThan(1e-4)
    }
  })

  it('leaves what is in the band as it is, and changes nothing twice', () => {
    for (const kept of [wave(8), wave(12, 3), wave(13, 13)]) {
      keep(kept).forEach((value, i) => {
        expect(value).toBeCloseTo(kept[i]!, 4)
      })
    }
    const once = keep(Float32Array.from({ length: S * S }, (_, i) => Math.sin(i * i)))
    keep(once).forEach((value, i) => {
      expect(value).toBeCloseTo(once[i]!, 4)
    })
  })

  it('has no upper end where the grid ends first', () => {
    const fine = wave(31)
    bandPass(
      { low: 8, high: 32 },
      S,
    )(fine).forEach((value, i) => {
      expect(value).toBeCloseTo(fine[i]!, 4)
    })
  })
})
