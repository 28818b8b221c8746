import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amplitudeFor } from './amplitude.js'

const laws = fc.record({
  target: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
  factor: fc.double({ min: 1e-3, max: 0.2, noNaN: true }),
  exponent: fc.double({ min: 0.3, max: 2, noNaN: true }),
  largest: fc.double({ min: 1, max: 200, noNaN: true }),
})

describe('amplitudeFor', () => {
  it('meets the target of a bent power law within 3 %, in few evaluations, or stops at the largest', async () => {
    await fc.assert(
      fc.asyncProperty(laws, async ({ target, factor, exponent, largest }) => {
        let evaluations = 0
        const law = (amplitude: number): number =>
          factor * amplitude ** exponent * (1 + 0.2 * Math.tanh(amplitude / 20))
        const found = await amplitudeFor(
          target,
          (amplitude) => {
            evaluations++
            expect(amplitude).toBeLessThanOrEqual(largest)
            return law(amplitude)
          },
          largest,
        )
        if (found === largest) expect(law(found)).toBeLessThanOrEqual(1.03 * target)
        else expect(Math.abs(law(found) / target - 1)).toBeLessThanOrEqual(0.03)
        expect(evaluations).toBeLessThanOrEqual(8)
      }),
      { numRuns: 1000 },
    )
  })

  it('stays below the target, where rounding to steps jumps over it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 19 }), async (step) => {
        const measure = (amplitude: number): number => Math.round(amplitude) / 20
        const found = await amplitudeFor((step + 0.5) / 20, measure, 30)
        expect(measure(found)).toBeLessThanOrEqual((1.03 * (step + 0.5)) / 20)
        expect(found).toBeGreaterThan(step - 0.5)
      }),
    )
  })

  it('gives the largest where nothing is seen', async () => {
    expect(await amplitudeFor(0.1, () => 0, 40)).toBe(40)
  })
})
