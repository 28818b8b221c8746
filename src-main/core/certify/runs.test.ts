import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { upperLimit, upperLimitOfAny } from './population.js'
import { RUNS_CONFIDENCE, RUNS_QUANTILE, boundRuns } from './runs.js'

const bounds = (peaks: readonly number[], confidence: number) =>
  boundRuns({ protectedPeaks: peaks, controlPeaks: peaks, quantile: RUNS_QUANTILE, confidence })

describe('boundRuns', () => {
  it.each(Object.entries(RUNS_CONFIDENCE).map(([runs, confidence]) => [Number(runs), confidence]))(
    'takes the largest and the smallest of %i for %d, and none of one run fewer',
    (runs, confidence) => {
      expect(1 - RUNS_QUANTILE ** runs).toBeGreaterThanOrEqual(confidence)
      const peaks = Array.from({ length: runs }, (_, i) => (i * 7) % runs)
      expect(bounds(peaks, confidence)).toEqual({ protectedAtMost: runs - 1, controlAtLeast: 0 })
      expect(bounds(peaks.slice(1), confidence)).toEqual({ protectedAtMost: null, controlAtLeast: null })
    },
  )

  it('uses inner order statistics where there are more runs than it takes', () => {
    // scipy: binom.sf(k - 1, 60, 0.9) <= 0.1 first at k = 58, binom.cdf(j - 1, 60, 0.1) <= 0.1 last at j = 3.
    const peaks = Array.from({ length: 60 }, (_, i) => 59 - i)
    expect(bounds(peaks, 0.9)).toEqual({ protectedAtMost: 57, controlAtLeast: 2 })
  })

  it('holds as often as it says, also for a mixture of recipes', () => {
    const random = keyedRandom('runs')
    // Half of the new runs score in 0–49, half in 50–99: nine in ten score below 90.
    const draw = () => random.integer(50) + 50 * random.integer(2)
    const repeats = 4000
    let [above, below] = [0, 0]
    for (let n = 0; n < repeats; n++) {
      const { protectedAtMost, controlAtLeast } = bounds(Array.from({ length: 22 }, draw), 0.9)
      if (protectedAtMost! >= 89) above++
      if (controlAtLeast! <= 10) below++
    }
    // Three standard deviations of 4,000 trials below 90 %.
    expect(above / repeats).toBeGreaterThan(0.9 - 0.0143)
    expect(below / repeats).toBeGreaterThan(0.9 - 0.0143)
  })
})

describe('upperLimit', () => {
  it.each([
    // scipy.stats.beta.ppf(confidence, correct + 1, trials - correct)
    [17, 83, 0.99, 0.3269045992400177],
    [17, 83, 0.9, 0.27283324809974885],
    [0, 10, 0.95, 1 - 0.05 ** 0.1],
    [10, 10, 0.99, 1],
  ])('of %i of %i at %d is that of Clopper and Pearson', (correct, trials, confidence, expected) => {
    expect(upperLimit(correct, trials, confidence)).toBeCloseTo(expected, 12)
  })

  it('is wider where the score was chosen from several', () => {
    // scipy.stats.beta.ppf(1 - 0.01 / 22, 18, 66)
    expect(upperLimitOfAny(17, 83, 22, 0.99)).toBeCloseTo(0.3808787295681983, 10)
    expect(upperLimitOfAny(17, 83, 1, 0.99)).toBeCloseTo(upperLimit(17, 83, 0.99), 12)
  })
})
