/** The level at which every bound of the certified curve holds at once. */
import { binomialMass, binomialTail } from './binomial.js'

/** More draws than this and `curveLevel` divides the error among the points of the curve: the band costs O(n²). */
const LARGEST_BAND = 2000

/**
 * Local level for a curve of `points` bounds that hold together with probability `confidence`: the equal-local-level
 * band up to 2000 draws, Bonferroni's division (1 − confidence)/points above. Use `upperIndex` with 1 − level.
 */
export function curveLevel(draws: number, points: number, confidence: number): number {
  return draws <= LARGEST_BAND ? bandLevel(draws, confidence) : (1 - confidence) / points
}

/** Upper limits c₁ < … < cₙ of the levels that each order statistic certifies: Pr[Bin(n, cₖ) ≥ k] = level. */
function certifiedLevels(n: number, level: number): Float64Array {
  const limits = new Float64Array(n + 1)
  let p = level / n
  for (let k = 1; k <= n; k++) {
    // Newton's method on the logarithms: the tail is log-concave and cₖ₋₁ lies below cₖ, so it climbs to the root.
    for (let step = 0; step < 100; step++) {
      const tail = binomialTail(k, n, p)
      const change = (Math.log(level / tail) * tail) / (k * binomialMass(k, n, p))
      p = Math.min(p * Math.exp(change), 1 - Number.EPSILON)
      if (Math.abs(change) < 1e-13) break
    }
    limits[k] = p
  }
  return limits
}

/**
 * Pr[U₍ₖ₎ < cₖ for some k], n uniform order statistics, exactly. Split by the last k that falls short: then exactly k
 * points lie below cₖ, and `clear[k]` is the chance that the other n − k, uniform above cₖ, never fall short again. The
 * same split gives every `clear` from those after it; all terms are positive, so no digits are lost.
 */
function missProbability(n: number, limits: Float64Array): number {
  const logFactorial = new Float64Array(n + 1)
  for (let i = 1; i <= n; i++) logFactorial[i] = logFactorial[i - 1]! + Math.log(i)
  const logAbove = limits.map((c) => Math.log1p(-c))
  const clear = new Float64Array(n + 1)
  for (let k = n; k >= 0; k--) {
    let falls = 0
    for (let j = k + 1; j <= n; j++) {
      const ways = logFactorial[n - k]! - logFactorial[j - k]! - logFactorial[n - j]!
      const inside = (j - k) * Math.log(limits[j]! - limits[k]!) + (n - j) * logAbove[j]! - (n - k) * logAbove[k]!
      falls += Math.exp(ways + inside) * clear[j]!
    }
    clear[k] = 1 - falls
    if (k === 0) return falls
  }
  return 0
}

/**
 * Local level a* of the equal-local-level band (Berk & Jones 1979): using `upperIndex(n, q, r, 1 − a*)` at every q and r
 * at once, all those bounds hold together with probability `confidence`. Exact up to rounding; O(n²), n ≤ 5000 or so.
 */
export function bandLevel(n: number, confidence: number): number {
  const target = Math.log(1 - confidence)
  const miss = (logLevel: number): number => Math.log(missProbability(n, certifiedLevels(n, Math.exp(logLevel))))
  // Bonferroni's level is too careful and a single bound's is not careful enough; between them the curve is nearly
  // straight in logarithms, so the Illinois form of the secant takes a handful of steps.
  let [low, high] = [target - Math.log(n), target]
  let [below, above] = [miss(low) - target, miss(high) - target]
  if (above <= 0) return 1 - confidence
  for (let step = 0; step < 60 && high - low > 1e-10; step++) {
    const at = high - (above * (high - low)) / (above - below)
    const value = miss(at) - target
    if (value <= 0) {
      if (value > -1e-11) return Math.exp(at)
      ;[low, below, above] = [at, value, above / 2]
    } else [high, above, below] = [at, value, below / 2]
  }
  return Math.exp(low)
}
