import { describe, expect, it } from 'vitest'
import { atLeast, atMost, percent } from './figures.js'

describe('a bound', () => {
  it('never says more than was shown, in whole per cent or with a decimal', () => {
    expect(atMost(0.1264)).toBe('13 %')
    expect(atMost(0.1264, 1)).toBe('12.7 %')
    expect(atLeast(0.1269)).toBe('12 %')
    expect(atLeast(0.1269, 1)).toBe('12.6 %')
  })

  it('is not moved by a rounding error', () => {
    for (let i = 0; i <= 1000; i++) {
      expect(atMost(i / 1000, 1)).toBe(percent(i / 1000, 1))
      expect(atLeast(i / 1000, 1)).toBe(percent(i / 1000, 1))
    }
  })

  it('may be missing', () => {
    expect([atMost(null), atLeast(null, 1)]).toEqual(['no bound', 'no bound'])
  })
})
