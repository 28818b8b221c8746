import { describe, expect, it } from 'vitest'
import { halve } from './halve.js'

describe('halve', () => {
  it('takes the mean of each 2×2 places of each plane', () => {
    const plane = (first: number) => [first, first + 2, 10, 10, first + 4, first + 6, 10, 11, 0, 0, 0, 1, 0, 0, 1, 0]
    const pixels = Uint8Array.from([...plane(0), ...plane(100), ...plane(200)])
    expect([...halve(pixels, 4)]).toEqual([3, 10, 0, 1, 103, 10, 0, 1, 203, 10, 0, 1])
  })
})
