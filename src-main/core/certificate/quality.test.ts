import { describe, expect, it } from 'vitest'
import { exampleStatementV1, newKey } from '../../../test/fixtures/certificate.js'
import { type FileQuality, qualityOf } from './quality.js'
import { fromV1 } from './versions.js'
import { softeningSentence } from './sentences.js'

const file = (name: string, changes: Partial<FileQuality> = {}): FileQuality => ({
  name,
  flip: 0.1,
  psnr: 33,
  ssim: 0.98,
  deltaE: 2,
  ...changes,
})

describe('qualityOf', () => {
  it('is mean and worst of all, and of PSNR those that changed', () => {
    const unchanged = file('c.png', { flip: 0, psnr: null, ssim: 1, deltaE: 0 })
    const found = qualityOf([file('a.png'), file('b.png', { flip: 0.2, psnr: 30, ssim: 0.9, deltaE: 4 }), unchanged])
    expect(found).toMatchObject({
      flip: { mean: expect.closeTo(0.1, 12) as number, max: 0.2 },
      psnr: { min: 30, mean: 31.5 },
      ssim: { min: 0.9, mean: expect.closeTo(0.96, 12) as number },
      deltaE: { mean: 2, max: 4 },
    })
    expect(found.worst.map(({ name }) => name)).toEqual(['b.png', 'a.png', 'c.png'])
    expect(found.worst[2]).toEqual({ name: 'c.png', flip: 0, psnr: null, ssim: 1, deltaE: 0 })
    expect(qualityOf([unchanged]).psnr).toBeNull()
  })

  it('lists the ten whose change shows most, whatever its colour', () => {
    const files = Array.from({ length: 12 }, (_, i) => file(`${i}.png`, { flip: i / 12, deltaE: 12 - i }))
    expect(qualityOf(files).worst.map(({ name }) => Number.parseInt(name))).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
  })
})

describe('a least SSIM of the first version', () => {
  const { predicate } = fromV1(exampleStatementV1(newKey().publicKey))
  const sentence = (pictures: number, leastShare: number, changes: Partial<typeof predicate> = {}): string => {
    const softening = { minSsim: 0.97, pictures, leastShare }
    const former = { ...predicate.protection.former!, softening }
    const collection = { ...predicate.collection, images: 3 }
    return softeningSentence({
      ...predicate,
      ...changes,
      collection,
      protection: { ...predicate.protection, former },
    })
  }

  it('is told in a sentence: how many got less, and how little', () => {
    expect(sentence(2, 0.3199)).toBe(
      '2 of 3 pictures got less change, so that none falls below SSIM 0.97; the least was 31 % of it. The certificate was measured on what was written.',
    )
    expect(sentence(1, 0, { certification: null })).toMatch(/the least was 0 % of it\.$/)
    expect(sentence(0, 1)).toBe('No picture falls below SSIM 0.97 with all of the change.')
    expect(softeningSentence(predicate)).toBe('')
  })
})
