import { describe, expect, it } from 'vitest'
import { normalQuantile } from './normal.js'
import { keyedRandom } from './random.js'

describe('keyedRandom', () => {
  // Computed with a separate xoshiro128**, hashlib's SHA-256 and scipy.stats.norm.ppf.
  it('is the same on every machine', () => {
    const random = keyedRandom('seed', 'draw', 17)
    expect([random.uniform(), random.uniform(), random.integer(1000)]).toEqual([
      0.38147656507713534, 0.5133780306113719, 615,
    ])
    expect(random.gaussian()).toBeCloseTo(0.709247440878001, 13)
    expect([...keyedRandom('seed', 'order').permutation(8)]).toEqual([0, 6, 5, 1, 4, 7, 3, 2])
  })

  it('does not depend on chunking or on other streams', () => {
    const whole = keyedRandom('s', 'noise', 1).fillGaussian(new Float32Array(1001), 0.05)
    const parts = keyedRandom('s', 'noise', 1)
    const other = keyedRandom('s', 'noise', 2)
    const joined = [1, 2, 499, 499].flatMap((n) => {
      other.uniform()
      return [...parts.fillGaussian(new Float32Array(n), 0.05)]
    })
    expect(joined).toEqual([...whole])
  })

  it('fills with the numbers that come one by one, bit for bit', () => {
    const n = 50_001
    const filled = keyedRandom('s', 'fill').fillGaussian(new Float32Array(n), 0.05)
    const random = keyedRandom('s', 'fill')
    expect(filled).toEqual(Float32Array.from({ length: n }, () => 0.05 * random.gaussian()))
  })

  it('gives every key a stream of its own, also when only the type or the grouping differs', () => {
    const first = [
      keyedRandom('1', 2),
      keyedRandom('1', '2'),
      keyedRandom('12'),
      keyedRandom('1', 'a', 'b'),
      keyedRandom('1', 'a,b'),
      keyedRandom('1', 'ab'),
    ].map((r) => r.uniform())
    expect(new Set(first).size).toBe(first.length)
  })

  it('is normal in its moments and tails, and uncorrelated between neighbours and streams', () => {
    const n = 400_000
    const a = keyedRandom('moments', 0).fillGaussian(new Float32Array(n))
    const b = keyedRandom('moments', 1).fillGaussian(new Float32Array(n))
    const sums = { mean: 0, square: 0, cube: 0, fourth: 0, lag: 0, cross: 0, beyond: 0 }
    for (let i = 0; i < n; i++) {
      const x = a[i] ?? 0
      sums.mean += x
      sums.square += x * x
      sums.cube += x ** 3
      sums.fourth += x ** 4
      sums.lag += x * (a[i + 1] ?? 0)
      sums.cross += x * (b[i] ?? 0)
      if (Math.abs(x) > 3) sums.beyond++
    }
    // Each statistic within 4.5 of its own standard errors; a fixed seed makes the test exact.
    const within = (sum: number, expected: number, variance: number): void => {
      expect(Math.abs(sum / n - expected)).toBeLessThan(4.5 * Math.sqrt(variance / n))
    }
    within(sums.mean, 0, 1)
    within(sums.square, 1, 2)
    within(sums.cube, 0, 15)
    within(sums.fourth, 3, 96)
    within(sums.lag, 0, 1)
    within(sums.cross, 0, 1)
    within(sums.beyond, 0.0026998, 0.0026925)
  })

  it('draws integers evenly and permutes completely', () => {
    const random = keyedRandom('integers')
    const counts = new Int32Array(10)
    for (let i = 0; i < 100_000; i++) {
      const at = random.integer(10)
      counts[at] = (counts[at] ?? 0) + 1
    }
    const chi2 = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chi2).toBeLessThan(29.7) // 99.95 % quantile with 9 degrees of freedom
    expect([...random.permutation(100)].sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
})

describe('normalQuantile', () => {
  // scipy.stats.norm.ppf
  it.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798409],
    [1e-11, -6.706023155495137],
    [1e-4, -3.7190164854556804],
    [0.01, -2.3263478740408408],
    [0.0749, -1.4402382675279635],
    [0.075, -1.4395314709384563],
    [0.3, -0.5244005127080409],
    [0.9, 1.2815515655446004],
    [0.9772, 1.9990772149717693],
  ])('at %f is %f', (p, value) => {
    expect(Math.abs(normalQuantile(p) / value - 1)).toBeLessThan(1e-14)
  })

  it('is infinite at the ends and 0 in the middle', () => {
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0])
  })
})
