/** Binomial and normal distribution functions, accurate to about 1e-13 relative for up to 10⁶ trials. */

/** ln n! − [(n + ½) ln n − n + ½ ln 2π] for an integer n ≥ 1: what Stirling's formula leaves out. */
function stirlingError(n: number): number {
  if (n <= 15) {
    let factorial = 1
    for (let i = 2; i <= n; i++) factorial *= i
    return Math.log(factorial) - ((n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI))
  }
  const s = 1 / (n * n)
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / n
}

/** x ln(x/m) + m − x, without the cancellation near x = m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x
  const v = (x - m) / (x + m)
  let sum = (x - m) * v
  let term = 2 * x * v
  for (let j = 3; ; j += 2) {
    term *= v * v
    const next = sum + term / j
    if (next === sum) return sum
    sum = next
  }
}

/**
 * Pr[X = k] for X ~ Bin(n, p), 0 ≤ k ≤ n, with p and 1 − p given apart so that neither loses digits.
 * Saddle-point form of Loader (2000), "Fast and accurate computation of binomial probabilities".
 */
function mass(k: number, n: number, p: number, notP: number): number {
  if (k === 0) return Math.exp(n * (p < 0.5 ? Math.log1p(-p) : Math.log(notP)))
  if (k === n) return Math.exp(n * (p < 0.5 ? Math.log(p) : Math.log1p(-notP)))
  const error = stirlingError(n) - stirlingError(k) - stirlingError(n - k)
  const spread = Math.sqrt(n / (2 * Math.PI * k * (n - k)))
  return spread * Math.exp(error - deviance(k, n * p) - deviance(n - k, n * notP))
}

/** Σ_{i ≤ k} Pr[X = i], summed downwards from k; quick and without cancellation for k below the mean. */
function sumDown(k: number, n: number, p: number, notP: number): number {
  let term = mass(k, n, p, notP)
  let sum = term
  for (let i = k; i > 0 && term > sum * 1e-18; i--) {
    term *= (i * notP) / ((n - i + 1) * p)
    sum += term
  }
  return sum
}

/** Pr[X ≤ k] for X ~ Bin(n, p); k and n integers, p in [0, 1]. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0
  if (k >= n || p <= 0) return 1
  if (p >= 1) return 0
  return k < n * p ? sumDown(k, n, p, 1 - p) : 1 - sumDown(n - k - 1, n, 1 - p, p)
}

/** Pr[X ≥ k] for X ~ Bin(n, p), with all its digits also where it is tiny. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  if (k > n || p <= 0) return 0
  if (p >= 1) return 1
  return k > n * p ? sumDown(n - k, n, 1 - p, p) : 1 - sumDown(k - 1, n, p, 1 - p)
}

/** Pr[X = k] for X ~ Bin(n, p), 0 < p < 1. */
export function binomialMass(k: number, n: number, p: number): number {
  return mass(k, n, p, 1 - p)
}

/** Pr[Z > x] for a standard normal Z, with all its digits also where it is tiny. */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x)
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  if (x > 3) {
    // Laplace's continued fraction for Mills' ratio.
    let fraction = x
    for (let i = 120; i > 0; i--) fraction = x + i / fraction
    return density / fraction
  }
  let term = x
  let sum = x
  for (let i = 3; term > sum * 1e-18; i += 2) {
    term *= (x * x) / i
    sum += term
  }
  return 0.5 - density * sum
}

/** Φ(x), the standard normal distribution function. */
export function normalCdf(x: number): number {
  return normalTail(-x)
}
