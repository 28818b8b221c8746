import { describe, expect, it } from 'vitest'
import { highPass } from './spectrum.js'

const S = 32

/** A wave of so many periods along x on one channel. */
const wave = (periods: number, amplitude: number): Float32Array =>
  Float32Array.from({ length: S * S }, (_, i) => amplitude * Math.cos((2 * Math.PI * periods * ((i % S) + 0.5)) / S))

const largest = (values: Float32Array): number => Math.max(...values.map(Math.abs))

describe('highPass', () => {
  it('takes away a constant and coarse waves, and leaves fine ones', () => {
    expect(largest(highPass(new Float32Array(S * S).fill(0.03), S, 1))).toBeLessThan(1e-8)
    expect(largest(highPass(wave(2, 0.03), S, 1))).toBeLessThan(1e-8)
    const fine = wave(4, 0.03)
    highPass(fine, S, 1).forEach((value, i) => {
      expect(value).toBeCloseTo(fine[i]!, 7)
    })
  })

  it('treats each channel by itself, changes nothing twice, and stays within ε', () => {
    const noise = Float32Array.from({ length: 3 * S * S }, (_, i) => Math.sin(i * i))
    const out = highPass(noise, S, 10)
    expect(out.subarray(S * S, 2 * S * S)).toEqual(highPass(noise.subarray(S * S, 2 * S * S), S, 10))
    highPass(out, S, 10).forEach((value, i) => {
      expect(value).toBeCloseTo(out[i]!, 6)
    })
    expect(largest(out)).toBeGreaterThan(0.5)
    expect(largest(highPass(noise, S, 0.5))).toBe(0.5)
  })
})
