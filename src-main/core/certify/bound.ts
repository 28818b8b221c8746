/**
 * What order statistics of noisy accuracies guarantee: the whole statistical argument of the certificate.
 *
 * Let A(θ) be the accuracy of the classifier with weights θ on a fixed test set, θ̂ the surrogate's weights, Σ the
 * covariance of the weight noise, and X₍₁₎ ≤ … ≤ X₍ₙ₎ the sorted accuracies of n independent draws A(θ̂ + ε), ε ~ N(0, Σ).
 * Write Q_p(v) for the p-quantile of A(θ̂ + v + ε).
 *
 * Shift. For every v with ‖Σ^(−1/2) v‖ ≤ r:  Q_q(v) ≤ Q_q̄(0)  with  q̄ = Φ(Φ⁻¹(q) + r).
 *   (Neyman–Pearson for two Gaussians, as in randomised smoothing by Cohen et al. 2019 and the median smoothing of
 *   Chiang et al. 2020; a general Σ is a change of variables. With Σ = σ²I, r = η/σ.)
 * Sample. X₍ₖ₎ < Q_q̄ needs k or more of n draws strictly below Q_q̄, each with probability at most q̄, so
 *   Pr[X₍ₖ₎ < Q_q̄] ≤ Pr[Bin(n, q̄) ≥ k].  The accuracies may be discrete: ties only make this conservative.
 *
 * So with probability at least `confidence` over the draws, X₍ₖ₎ for k = `upperIndex` is an upper bound of Q_q(v) for
 * every such v: at least a share q of the classifiers θ̂ + v + ε recognise no more than X₍ₖ₎ of the test pictures.
 * It says nothing about weights outside of that cloud, and nothing about other architectures.
 */
import { normalQuantile } from '../random/normal.js'
import { binomialCdf, binomialTail, normalCdf, normalTail } from './binomial.js'

/** q̄ = Φ(Φ⁻¹(q) + r): the quantile to estimate for a bound that survives a shift of r = η/σ. q in (0, 1), r ≥ 0. */
export function shiftedQuantile(q: number, r: number): number {
  return r === 0 ? q : normalCdf(normalQuantile(q) + r)
}

/** Smallest integer in [1, n] for which a monotone condition holds, or null. */
function smallest(n: number, holds: (k: number) => boolean): number | null {
  if (!holds(n)) return null
  let low = 1
  let high = n
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Smallest k (1-based) with BinomCDF(k − 1; n, q̄) ≥ confidence: X₍ₖ₎ is an upper confidence bound of the q-quantile
 * at radius r. null: no order statistic of n draws will do, so abstain.
 */
export function upperIndex(n: number, q: number, r: number, confidence: number): number | null {
  const qBar = shiftedQuantile(q, r)
  return smallest(n, (k) => binomialTail(k, n, qBar) <= 1 - confidence)
}

/**
 * Largest j (1-based) with 1 − BinomCDF(j − 1; n, q) ≥ confidence: X₍ⱼ₎ is a lower confidence bound of the q-quantile
 * (X₍ⱼ₎ > Q_q needs fewer than j draws at or below Q_q, each there with probability at least q). null: abstain.
 */
export function lowerIndex(n: number, q: number, confidence: number): number | null {
  const firstFailing = smallest(n, (j) => binomialCdf(j - 1, n, q) > 1 - confidence)
  const j = firstFailing === null ? n : firstFailing - 1
  return j >= 1 ? j : null
}

/** Fewest draws with which `upperIndex` does not abstain: ⌈ln(1 − confidence) / ln q̄⌉. */
export function minimumDraws(q: number, r: number, confidence: number): number {
  return Math.ceil(Math.log1p(-confidence) / Math.log1p(-normalTail(normalQuantile(q) + r)))
}

/** Largest r = η/σ at which n draws do not abstain: Φ⁻¹((1 − confidence)^(1/n)) − Φ⁻¹(q); negative: not even r = 0. */
export function largestRadius(n: number, q: number, confidence: number): number {
  return normalQuantile((1 - confidence) ** (1 / n)) - normalQuantile(q)
}
