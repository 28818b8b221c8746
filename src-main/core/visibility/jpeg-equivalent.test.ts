import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asVisibleAsJpeg } from './jpeg-equivalent.js'

const within = fc.double({ min: 0.031, max: 0.155, noNaN: true })

describe('asVisibleAsJpeg', () => {
  it('falls as more is seen, from 95 to 10', () => {
    fc.assert(
      fc.property(within, within, (a, b) => {
        const [less, more] = [asVisibleAsJpeg(Math.min(a, b))!, asVisibleAsJpeg(Math.max(a, b))!]
        expect(less).toBeGreaterThanOrEqual(more)
        expect(more).toBeGreaterThanOrEqual(10)
        expect(less).toBeLessThanOrEqual(95)
      }),
    )
  })

  it('says nothing of what no JPEG of the table shows', () => {
    for (const flip of [0, 0.001, 0.5, 1]) expect(asVisibleAsJpeg(flip)).toBeNull()
  })
})
