import { describe, expect, it } from 'vitest'
import { keepGrey } from './grey.js'

describe('keepGrey', () => {
  it('leaves strong noise that is little coloured, class by class', () => {
    // Two classes of 2×2: red, green and blue of the first are the same at each place, those of the second 4 apart.
    const grey = [6, -7, 6, 8, 6, -7, 6, 8, 6, -7, 6, 8]
    const tinted = [8, 8, -4, -8, 4, 4, -8, -4, 6, 6, -6, -6]
    const noise = Float32Array.of(...grey, ...tinted)
    expect(keepGrey(noise, 2, 8)).toEqual(noise)
  })

  it('brings a channel to half of ε from the mean of the three', () => {
    expect([...keepGrey(Float32Array.of(10, 10, -2), 1, 8)]).toEqual([8, 8, 2])
    expect([...keepGrey(Float32Array.of(8, 0, -8), 1, 8)]).toEqual([4, 0, -4])
  })

  it('raises what is grey in a class to its least strength, and clips to ε', () => {
    // The mean is 2: it becomes 6.5, with the colour as it was.
    expect([...keepGrey(Float32Array.of(3, 2, 1), 1, 10)]).toEqual([7.5, 6.5, 5.5])
    expect([...keepGrey(Float32Array.of(6, 2, -2), 1, 10)]).toEqual([10, 6.5, 2.5])
    // Nothing to raise.
    expect([...keepGrey(Float32Array.of(3, -3, 0), 1, 10)]).toEqual([3, -3, 0])
  })
})
