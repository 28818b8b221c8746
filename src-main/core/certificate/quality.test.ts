import { describe, expect, it } from 'vitest'
import { exampleStatement, newKey } from '../../../test/fixtures/certificate.js'
import { type FileQuality, qualityOf, softeningOf } from './quality.js'
import { softeningSentence } from './sentences.js'

const file = (name: string, changes: Partial<FileQuality> = {}): FileQuality => ({
  name,
  maxAbsDiff: 8,
  psnr: 33,
  ssim: 0.98,
  deltaE: 2,
  noiseShare: 1,
  ...changes,
})

describe('qualityOf', () => {
  it('is mean and worst of all, and of PSNR those that changed', () => {
    const unchanged = file('c.png', { maxAbsDiff: 0, psnr: null, ssim: 1, deltaE: 0 })
    const found = qualityOf([
      file('a.png'),
      file('b.png', { psnr: 30, ssim: 0.9, deltaE: 4, maxAbsDiff: 9 }),
      unchanged,
    ])
    expect(found).toMatchObject({
      maxAbsDiff: 9,
      psnr: { min: 30, mean: 31.5 },
      ssim: { min: 0.9, mean: expect.closeTo(0.96, 12) as number },
      deltaE: { mean: 2, max: 4 },
    })
    expect(found.worst.map(({ name }) => name)).toEqual(['b.png', 'a.png', 'c.png'])
    expect(found.worst[2]).toEqual({ name: 'c.png', psnr: null, ssim: 1, deltaE: 0 })
    expect(qualityOf([unchanged]).psnr).toBeNull()
  })

  it('lists the ten whose colours changed most', () => {
    const { worst } = qualityOf(Array.from({ length: 12 }, (_, i) => file(`${i}.png`, { deltaE: i, ssim: i / 12 })))
    expect(worst.map(({ deltaE }) => deltaE)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
  })
})

describe('a least SSIM', () => {
  const { predicate } = exampleStatement(newKey().publicKey)
  const sentence = (shares: readonly number[], changes: Partial<typeof predicate> = {}): string => {
    const softening = softeningOf(
      0.97,
      shares.map((noiseShare, i) => file(`${i}.png`, { noiseShare })),
    )
    const collection = { ...predicate.collection, images: shares.length }
    return softeningSentence({
      ...predicate,
      ...changes,
      collection,
      protection: { ...predicate.protection, softening },
    })
  }

  it('is told in a sentence: how many got less, and how little', () => {
    expect(sentence([1, 0.3199, 0.8])).toBe(
      '2 of 3 pictures got less change, so that none falls below SSIM 0.97; the least was 31 % of it. The certificate was measured on what was written.',
    )
    expect(sentence([1, 0], { certification: null })).toMatch(/the least was 0 % of it\.$/)
    expect(sentence([1, 1])).toBe('No picture falls below SSIM 0.97 with all of the change.')
    expect(softeningSentence(predicate)).toBe('')
  })
})
