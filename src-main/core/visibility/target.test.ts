import { describe, expect, it } from 'vitest'
import { hiddenPart, limitsFor } from './target.js'

describe('hiddenPart', () => {
  const seen = Float64Array.of(3, 1)

  it('is the part of what is seen that lies on texture', () => {
    expect(hiddenPart(Float64Array.of(1, 0), seen, 10)).toBe(0.75)
    expect(hiddenPart(Float64Array.of(0, 5), seen, 10)).toBe(0.25)
    expect(hiddenPart(Float64Array.of(0.5, 0.5), seen, 10)).toBe(0.5)
  })

  it('is less where waves are coarser than a quarter of a degree', () => {
    const texture = Float64Array.of(1, 1)
    expect(hiddenPart(texture, seen, 16)).toBe(1)
    expect(hiddenPart(texture, seen, 64)).toBe(0.25)
  })
})

describe('limitsFor', () => {
  it('allows less of the whole, and of any window, where less is hidden', () => {
    const [plain, half, hidden] = [0, 0.5, 1].map((part) => limitsFor(0.1, part))
    expect(plain!.mean).toBeLessThan(half!.mean)
    expect(half!.mean).toBeLessThan(hidden!.mean)
    expect(plain!.worst / plain!.mean).toBeLessThan(hidden!.worst / hidden!.mean)
  })

  it('grows with the visibility that is wanted', () => {
    expect(limitsFor(0.2, 0.3).mean).toBeCloseTo(2 * limitsFor(0.1, 0.3).mean, 12)
    expect(limitsFor(0.2, 0.3).worst).toBeCloseTo(2 * limitsFor(0.1, 0.3).worst, 12)
  })
})
