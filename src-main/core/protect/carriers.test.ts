import { describe, expect, it } from 'vitest'
import { carrierField, dealCarriers, spacingOf } from './carriers.js'
import { carrierBand, fieldBand } from './recipe.js'

const BAND = { lowest: 10, highest: 20 }
const S = 64

describe('carriers', () => {
  it.each([1, 2, 3, 5, 10, 37, 200])('are dealt out within the band and well apart, for %i classes', (classes) => {
    for (const seed of ['a', 'b', 'c']) {
      const carriers = dealCarriers(seed, classes, BAND)
      expect(carriers).toHaveLength(classes)
      for (const { across, down } of carriers) {
        const frequency = Math.hypot(across, down)
        expect(frequency).toBeGreaterThanOrEqual(10)
        expect(frequency).toBeLessThanOrEqual(20)
        // Both positive: a mirrored picture shows the same.
        expect(Math.min(across, down)).toBeGreaterThan(0.4)
      }
      // A share of what a perfect packing of a quarter of a ring could have.
      const area = (Math.PI / 4) * (20 ** 2 - 10 ** 2)
      if (classes > 1) expect(spacingOf(carriers)).toBeGreaterThan(0.3 * Math.sqrt(area / classes))
    }
  })

  it('are secret: another seed deals others, and the same one the same', () => {
    expect(dealCarriers('a', 10, BAND)).toEqual(dealCarriers('a', 10, BAND))
    expect(dealCarriers('a', 10, BAND)).not.toEqual(dealCarriers('b', 10, BAND))
  })

  it('are as fine as the pictures can show', () => {
    expect(carrierBand(300, 64)).toEqual(carrierBand(3_000, 64))
    const tiny = carrierBand(32, 64)
    expect(tiny.highest).toBeLessThan(16)
    expect(tiny.lowest).toBeLessThan(tiny.highest)
    const kept = fieldBand(32, 64)
    expect(kept.low).toBeLessThan(tiny.lowest)
    expect(kept.high).toBeGreaterThan(tiny.highest)
    expect(fieldBand(300, 64).high).toBe(32)
  })
})

describe('carrierField', () => {
  const [carrier] = dealCarriers('seed', 1, BAND) as [{ across: number; down: number }]
  const field = (image: string) => carrierField('seed', image, carrier, Infinity, S)

  it('is a square wave of one amplitude, which a picture keeps wherever it stands', () => {
    const one = field('one')
    expect(one).toEqual(field('one'))
    expect(new Set(one.map(Math.abs)).size).toBe(1)
    expect(Math.abs(one[0]!)).toBeGreaterThanOrEqual(Math.fround(0.8))
    expect(Math.abs(one[0]!)).toBeLessThanOrEqual(1)
  })

  it('averages away over the pictures of a class', () => {
    const mean = new Float64Array(S * S)
    const count = 400
    for (let i = 0; i < count; i++) field(`picture ${i}`).forEach((value, at) => (mean[at]! += value / count))
    const energy = mean.reduce((sum, value) => sum + value * value, 0) / mean.length
    // Of independent phases: the energy of one, divided by their number.
    expect(energy).toBeLessThan(3 / count)
  })
})
