import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalQuantile } from '../random/normal.js'
import { keyedRandom } from '../random/random.js'
import { bandLevel, curveLevel } from './band.js'
import { binomialCdf, binomialMass, binomialTail, normalCdf, normalTail } from './binomial.js'
import { largestRadius, lowerIndex, minimumDraws, shiftedQuantile, upperIndex } from './bound.js'

const close = (value: number, expected: number, relative: number): void => {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))
}

describe('distribution functions', () => {
  // n, k, p, then scipy.stats.binom's cdf(k), sf(k − 1), pmf(k).
  it.each([
    [1, 0, 0.3, 0.7, 1, 0.7],
    [10, 3, 0.2, 0.8791261183999999, 0.32220047360000015, 0.20132659199999992],
    [100, 89, 0.9, 0.4168444877335079, 0.7030331002887538, 0.11987758802226199],
    [100, 95, 0.9, 0.9762889173365232, 0.05757688648703389, 0.03386580382355707],
    [1000, 921, 0.9, 0.9901325643613159, 0.013265229731767166, 0.0033977940930832195],
    [1000, 876, 0.9, 0.007930711707733884, 0.9939800322229272, 0.0019107439306611134],
    [1000, 999, 0.9992, 0.5508148748550776, 0.808820933907881, 0.35963580876295853],
    [5000, 20, 0.001, 0.9999999208682958, 3.3788277088903656e-7, 2.587510667138327e-7],
    [100_000, 90_210, 0.9, 0.9869404524012685, 0.01342027090492519, 0.0003607233061930813],
    [100_000, 1, 1e-6, 0.9953212005572933, 0.09516262720594036, 0.09048382776323378],
  ])('agree with scipy: binomial n = %i, k = %i, p = %f', (n, k, p, cdf, tail, mass) => {
    close(binomialCdf(k, n, p), cdf, 1e-11)
    close(binomialTail(k, n, p), tail, 1e-11)
    close(binomialMass(k, n, p), mass, 1e-11)
  })

  it.each([
    [-2, 0.9772498680518208],
    [0.3, 0.3820885778110474],
    [2.5, 0.006209665325776132],
    [3, 0.0013498980316300933],
    [3.1, 0.0009676032132183563],
    [6, 9.865876450376946e-10],
    [12, 1.776482112077653e-33],
    [30, 4.906713927147908e-198],
  ])('agree with scipy: normal tail at %f', (x, tail) => {
    close(normalTail(x), tail, 1e-12)
    close(normalCdf(-x), tail, 1e-12)
  })

  it('end at 0 and 1', () => {
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5), binomialCdf(3, 5, 0), binomialCdf(3, 5, 1)]).toEqual([
      0, 1, 1, 0,
    ])
    expect([binomialTail(0, 5, 0.5), binomialTail(6, 5, 0.5), binomialTail(3, 5, 0), binomialTail(3, 5, 1)]).toEqual([
      1, 0, 0, 1,
    ])
  })
})

describe('upperIndex and lowerIndex', () => {
  // Smallest k with scipy.stats.binom.cdf(k − 1, n, norm.cdf(norm.ppf(q) + r)) ≥ confidence, by trying every k.
  it.each([
    [300, 0.9, 0, 0.99, 282],
    [300, 0.9, 0.25, 0.99, 291],
    [300, 0.9, 0.5, 0.99, 297],
    [300, 0.9, 0.75, 0.99, 300],
    [300, 0.9, 1, 0.99, null],
    [300, 0.9, 1.25, 0.99, null],
    [500, 0.9, 0, 0.99, 466],
    [500, 0.9, 0.25, 0.99, 482],
    [500, 0.9, 0.5, 0.99, 491],
    [500, 0.9, 0.75, 0.99, 497],
    [500, 0.9, 1, 0.99, 500],
    [500, 0.9, 1.25, 0.99, null],
    [1000, 0.9, 0, 0.99, 922],
    [1000, 0.9, 0.25, 0.99, 955],
    [1000, 0.9, 0.5, 0.99, 977],
    [1000, 0.9, 0.75, 0.99, 990],
    [1000, 0.9, 1, 0.99, 997],
    [1000, 0.9, 1.25, 0.99, 1000],
    [20, 0.5, 0.25, 0.95, 16],
    [14, 0.7, 0, 0.99, 14],
    [13, 0.7, 0, 0.99, 13],
    [12, 0.7, 0, 0.99, null],
    [100, 0.8, 0.5, 0.95, 96],
    [1000, 0.9, 0.5, 0.999, 981],
    [1000, 0.5, 1, 0.99, 869],
    [2000, 0.95, 1, 0.99, 1999],
    [10_000, 0.9, 1.25, 0.99, 9961],
    [100_000, 0.9, 2, 0.99, 99_965],
  ])('n = %i, q = %f, r = %f, confidence = %f: k = %s', (n, q, r, confidence, k) => {
    expect(upperIndex(n, q, r, confidence)).toBe(k)
  })

  it.each([
    [300, 0.9, 0.99, 257],
    [500, 0.9, 0.99, 434],
    [1000, 0.9, 0.99, 877],
    [1000, 0.5, 0.99, 463],
    [10, 0.9, 0.99, 6],
    [1, 0.5, 0.99, null],
    [6, 0.5, 0.99, null],
    [7, 0.5, 0.99, 1],
    [100_000, 0.95, 0.999, 94_786],
  ])('n = %i, q = %f, confidence = %f: j = %s', (n, q, confidence, j) => {
    expect(lowerIndex(n, q, confidence)).toBe(j)
  })

  it.each([
    [0.25, [9, 19, 71, 157]],
    [0.5, [13, 28, 121, 286]],
    [1, [27, 70, 407, 1125]],
    [1.5, [67, 213, 1701, 5541]],
    [2, [201, 793, 8920, 34_424]],
    [3, [3410, 21_698, 496_259, 2_706_393]],
  ])('abstains below the fewest draws at r = %f', (r, fewest) => {
    ;[0.5, 0.7, 0.9, 0.95].forEach((q, i) => {
      const n = fewest[i]!
      expect(minimumDraws(q, r, 0.99)).toBe(n)
      expect(upperIndex(n, q, r, 0.99)).toBe(n)
      expect(upperIndex(n - 1, q, r, 0.99)).toBeNull()
    })
  })

  it.each([
    [100, [1.695, 1.171, 0.854, 0.414, 0.05]],
    [1000, [2.605, 2.081, 1.763, 1.323, 0.96]],
    [10_000, [3.314, 2.789, 2.472, 2.032, 1.669]],
  ])('abstains beyond the largest radius of %i draws', (n, radii) => {
    ;[0.5, 0.7, 0.8, 0.9, 0.95].forEach((q, i) => {
      const r = largestRadius(n, q, 0.99)
      expect(Math.abs(r - radii[i]!)).toBeLessThan(6e-4)
      expect(upperIndex(n, q, r - 1e-6, 0.99)).toBe(n)
      expect(upperIndex(n, q, r + 1e-6, 0.99)).toBeNull()
    })
  })

  const n = fc.integer({ min: 1, max: 3000 })
  const q = fc.double({ min: 0.05, max: 0.98, noNaN: true })
  const r = fc.double({ min: 0, max: 2, noNaN: true })
  const confidence = fc.double({ min: 0.6, max: 0.999, noNaN: true })

  it('is the smallest index that the definition allows, and never falls with radius or confidence', () => {
    fc.assert(
      fc.property(n, q, r, r, confidence, (n, q, r, more, confidence) => {
        const k = upperIndex(n, q, r, confidence)
        const p = shiftedQuantile(q, r)
        const misses = (k: number): number => binomialTail(k, n, p)
        if (k === null) expect(misses(n)).toBeGreaterThan(1 - confidence)
        else {
          expect(misses(k)).toBeLessThanOrEqual(1 - confidence)
          if (k > 1) expect(misses(k - 1)).toBeGreaterThan(1 - confidence)
        }
        const rank = (r: number, c: number): number => upperIndex(n, q, r, c) ?? n + 1
        expect(rank(r + more, confidence)).toBeGreaterThanOrEqual(rank(r, confidence))
        expect(rank(r, (1 + confidence) / 2)).toBeGreaterThanOrEqual(rank(r, confidence))
        expect(lowerIndex(n, q, confidence) ?? 0).toBeLessThanOrEqual(rank(0, confidence))
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})

/** Share of `runs` for which `missed` holds. */
function share(runs: number, missed: (run: number) => boolean): number {
  let misses = 0
  for (let run = 0; run < runs; run++) if (missed(run)) misses++
  return misses / runs
}

describe('coverage', () => {
  // The worst case of the theorem: accuracy rises along one direction of the weights, and the shift goes that way.
  it.each([
    ['continuous', (z: number) => z, 0.8],
    ['20 levels', (z: number) => Math.floor(20 * normalCdf(z)) / 20, 0.8],
    ['two levels', (z: number) => (z > 1.1 ? 1 : 0), 0.8],
  ])('the bound falls below the shifted quantile no more often than allowed: %s', (name, accuracy, q) => {
    const [draws, r, confidence, runs] = [200, 0.5, 0.95, 3000] as const
    const truth = accuracy(normalQuantile(q) + r)
    const k = upperIndex(draws, q, r, confidence)!
    const missed = share(runs, (run) => {
      const z = keyedRandom('coverage', name, run).fillGaussian(new Float32Array(draws))
      const scores = Float64Array.from(z, accuracy).sort()
      return scores[k - 1]! < truth
    })
    expect(missed).toBeLessThan(1 - confidence + 3 * Math.sqrt((confidence * (1 - confidence)) / runs))
    // Not by being vacuous: the miss rate of a continuous accuracy is the binomial tail itself.
    if (name === 'continuous') close(missed, binomialTail(k, draws, shiftedQuantile(q, r)), 0.25)
  })

  it('the lower bound rises above the quantile no more often than allowed', () => {
    const [draws, q, confidence, runs] = [150, 0.9, 0.95, 3000] as const
    const j = lowerIndex(draws, q, confidence)!
    const missed = share(runs, (run) => {
      const random = keyedRandom('lower', run)
      return Float64Array.from({ length: draws }, () => random.uniform()).sort()[j - 1]! > q
    })
    expect(missed).toBeLessThan(1 - confidence + 3 * Math.sqrt((confidence * (1 - confidence)) / runs))
    expect(missed).toBeGreaterThan(0.01)
  })

  it('the band misses anywhere exactly as often as its level says', () => {
    const [draws, confidence, runs] = [100, 0.9, 4000] as const
    const level = bandLevel(draws, confidence)
    const missed = share(runs, (run) => {
      const random = keyedRandom('band', run)
      const points = Float64Array.from({ length: draws }, () => random.uniform()).sort()
      return points.some((u, i) => binomialTail(i + 1, draws, u) < level)
    })
    expect(Math.abs(missed - (1 - confidence))).toBeLessThan(3 * Math.sqrt((confidence * (1 - confidence)) / runs))
  })

  it('a single bound at every point, without the band, would miss too often', () => {
    const [draws, confidence, runs] = [100, 0.9, 1000] as const
    const missed = share(runs, (run) => {
      const random = keyedRandom('band', run)
      const points = Float64Array.from({ length: draws }, () => random.uniform()).sort()
      return points.some((u, i) => binomialTail(i + 1, draws, u) < 1 - confidence)
    })
    expect(missed).toBeGreaterThan(0.3)
  })
})

describe('bandLevel', () => {
  it('is the level itself for one draw, and solves the closed form for two', () => {
    close(bandLevel(1, 0.99), 0.01, 1e-9)
    const level = bandLevel(2, 0.99)
    const [c1, c2] = [1 - Math.sqrt(1 - level), Math.sqrt(level)]
    // min < c1, or max < c2; both: all below c2, but not all in [c1, c2).
    close(2 * level - (c2 ** 2 - (c2 - c1) ** 2), 0.01, 1e-8)
  })

  // Largest radius at q = 0.9 that still has a bound, from 20,000 simulated bands: 0.473, 0.642, 0.847, 1.10.
  it.each([
    [200, 0.473],
    [300, 0.642],
    [500, 0.847],
    [1000, 1.1],
  ])('%i draws reach a radius of %f', (draws, radius) => {
    expect(Math.abs(largestRadius(draws, 0.9, 1 - bandLevel(draws, 0.99)) - radius)).toBeLessThan(0.02)
  })

  it('is divided among the points where the band would take too long', () => {
    expect(curveLevel(1000, 6, 0.99)).toBe(bandLevel(1000, 0.99))
    close(curveLevel(50_000, 5, 0.99), 0.002, 1e-12)
  })
})
