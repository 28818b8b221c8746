/** From the pictures that were tested to all pictures like them. */
import { binomialCdf } from './binomial.js'

/**
 * The upper limit of Clopper and Pearson (1934) for a chance p of which `correct` successes in `trials` were seen: the
 * largest p with Pr[Bin(trials, p) ≤ correct] ≥ 1 − confidence. The test pictures must be drawn from those that it
 * speaks of, and nothing may have been chosen by them.
 */
export function upperLimit(correct: number, trials: number, confidence: number): number {
  if (correct >= trials) return 1
  let [low, high] = [correct / trials, 1]
  // The distribution function falls as p grows; 60 halvings leave less than rounding does.
  for (let step = 0; step < 60; step++) {
    const p = (low + high) / 2
    if (binomialCdf(correct, trials, p) >= 1 - confidence) low = p
    else high = p
  }
  return high
}

/**
 * The same for the score that was chosen from several on the same pictures: with the error shared out among them, all
 * their limits hold at once, and the limit grows with the score (Bonferroni).
 */
export function upperLimitOfAny(correct: number, trials: number, scores: number, confidence: number): number {
  return upperLimit(correct, trials, 1 - (1 - confidence) / scores)
}
