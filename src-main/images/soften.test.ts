import { describe, expect, it } from 'vitest'
import { soften } from './soften.js'

/** A file whose SSIM is `ssim` of the share of the noise, and how often it was written. */
function file(ssim: (share: number) => number) {
  const shares: number[] = []
  const write = async (share: number) => {
    shares.push(share)
    return { share, ssim: ssim(share) }
  }
  return { shares, write }
}

describe('soften', () => {
  it('leaves a picture that holds alone', async () => {
    const { shares, write } = file((share) => 1 - 0.03 * share ** 2)
    expect(await soften(0.97, true, write)).toMatchObject({ share: 1 })
    expect(shares).toEqual([1])
  })

  it.each([
    ['lossless', 1, (loss: number) => loss],
    ['on top of the encoder’s loss', 0.98, (loss: number) => loss],
    ['where the loss levels off, as that of much noise does', 1, (loss: number) => loss / (1 + loss)],
  ])('finds nearly the largest share that holds in a few tries: %s', async (_, alone, levelled) => {
    const { shares, write } = file((share) => alone - levelled(0.5 * share ** 2))
    const { share, ssim } = await soften(0.97, alone === 1, write)
    expect(ssim).toBeGreaterThanOrEqual(0.97)
    expect(alone - levelled(0.5 * (share / 0.95) ** 2)).toBeLessThan(0.97)
    expect(shares.length).toBeLessThanOrEqual(5)
  })

  it('ends without noise where no share holds, and says what encoding alone leaves', async () => {
    expect(await soften(0.97, false, file((share) => 0.96 - 0.2 * share).write)).toEqual({ share: 0, ssim: 0.96 })
    const stubborn = file((share) => (share === 0 ? 1 : 0.9))
    expect(await soften(0.97, true, stubborn.write)).toEqual({ share: 0, ssim: 1 })
    expect(stubborn.shares).toHaveLength(7)
  })
})
