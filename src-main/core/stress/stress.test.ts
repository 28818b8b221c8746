import { describe, expect, it } from 'vitest'
import { boxMean } from '../box-mean.js'
import { keyedRandom } from '../random/random.js'
import { chromaBlur, cutout, fineOfMean, mixup, subtract } from './pixels.js'
import { STRESS_ROWS, resistanceOf, sentenceOf, worstFirst } from './rows.js'

const result = (id: string, yours: number, originals: number) => ({ id, protected: yours, originals, chance: 0.2 })

describe('stress rows', () => {
  it('measures what is learnt between guessing and the originals', () => {
    expect(resistanceOf(result('plain', 0.4, 0.6))).toBeCloseTo(0.5)
    expect(resistanceOf(result('plain', 0.1, 0.6))).toBe(0)
    expect(resistanceOf(result('plain', 0.4, 0.2))).toBeNull()
  })

  it('puts the worst first, and what says nothing last', () => {
    const rows = [
      result('size', 0.2, 0.1),
      result('plain', 0.3, 0.7),
      result('grey', 0.6, 0.7),
      result('net', 0.2, 0.7),
    ]
    expect(worstFirst(rows).map(({ id }) => id)).toEqual(['grey', 'plain', 'net', 'size'])
  })

  it('says it in a sentence, and has an id of its own for each row', () => {
    expect(sentenceOf(result('grey', 0.44, 0.62))).toBe(
      'Someone who turns the pictures grey first recognises 44 % of yours, of 62 % with the originals.',
    )
    expect(new Set(STRESS_ROWS.map(({ id }) => id)).size).toBe(STRESS_ROWS.length)
  })
})

describe('stress pixels', () => {
  it('blurs by the mean of the places that exist', () => {
    expect([...boxMean(Float32Array.of(0, 0, 0, 0, 9, 0, 0, 0, 18), 3, 1)]).toEqual([
      2.25, 1.5, 2.25, 1.5, 3, 4.5, 2.25, 4.5, 6.75,
    ])
  })

  it('blurs colours and keeps greys', () => {
    const grey = Uint8Array.from({ length: 3 * 64 }, (_, i) => ((i % 64) * 3) % 256)
    expect(chromaBlur(grey, 8)).toEqual(grey)
    // Stripes of blue–yellow without luma.
    const stripes = Uint8Array.from({ length: 192 }, (_, i) => 128 + (i % 2 ? 1 : -1) * (i < 128 ? 5 : -40))
    const blue = chromaBlur(stripes, 8).subarray(128)
    expect(Math.max(...blue) - Math.min(...blue)).toBeLessThan(30)
  })

  it('takes away what a class has in common, and leaves a flat mean alone', () => {
    const sum = Float64Array.from({ length: 192 }, (_, i) => 2 * (100 + (i % 2 ? 8 : -8)))
    const left = subtract(
      Uint8Array.from(sum, (v) => v / 2),
      fineOfMean(sum, 2, 8),
    )
    expect(Math.max(...left) - Math.min(...left)).toBeLessThanOrEqual(6)
    expect(Math.max(...fineOfMean(new Float64Array(192).fill(7), 1, 8).map(Math.abs))).toBeCloseTo(0)
  })

  it('covers at most a quarter of the one picture', () => {
    const images = new Float32Array(2 * 192).fill(1)
    cutout(images, 1, 8, keyedRandom('s', 'cutout'))
    const covered = images.subarray(192).filter((v) => v === 0.5).length
    expect(images.subarray(0, 192).every((v) => v === 1)).toBe(true)
    expect(covered).toBeGreaterThan(0)
    expect(covered).toBeLessThanOrEqual(48)
  })

  it('blends pictures within the batch and draws one of their two labels by the share', () => {
    let own = 0
    for (let k = 0; k < 400; k++) {
      const images = Float32Array.of(0, 0, 0, 1, 1, 1)
      const labels = Int32Array.of(0, 1)
      mixup(images, labels, keyedRandom('s', 'mixup', k))
      expect(images.every((v) => v >= 0 && v <= 1)).toBe(true)
      // The share of the second picture is what the first now holds, and the chance of its label.
      own += labels[0]! - images[0]!
    }
    expect(Math.abs(own) / 400).toBeLessThan(0.08)
  })
})
