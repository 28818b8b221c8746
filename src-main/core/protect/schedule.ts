/** The fixed numbers of the recipe: how long noise is learnt, and how surrogates are trained. */

export const LEARN_BATCH = 128
/** Most SGD steps of the online surrogate in a round. */
const MOST_STEPS = 10
export const LEARN_RATE = 0.1
/** Scale of the weight noise while learning; each batch draws a share of it. */
export const LEARN_SIGMA = 0.05

/** Training of a surrogate for certification. */
export const FIT_BATCH = 64
export const FIT_PEAK_RATE = 0.1
export const FIT_STEPS = 900
/** Longest training of a surrogate that does not reach FIT_ACCURACY; each attempt adds FIT_STEPS. */
export const FIT_STEPS_CAP = 2700
/** Share of its training data that a surrogate must classify right, without weight noise. */
export const FIT_ACCURACY = 0.9

/**
 * Rounds with a pass of sign descent, after the warm-up: each picture's field takes as many steps. A large collection
 * takes more of the surrogate's steps in a round, and settles in fewer.
 */
export function roundBudget(trainImages: number): number {
  return Math.min(90, Math.max(45, Math.ceil(300 / Math.ceil(trainImages / LEARN_BATCH))))
}

/**
 * SGD steps of the online surrogate in each round, before one pass of sign descent: each picture once. With more, the
 * surrogate of a small collection knows its pictures by heart and needs no noise.
 */
export function stepsPerRound(trainImages: number): number {
  return Math.min(MOST_STEPS, Math.ceil(trainImages / LEARN_BATCH))
}

/**
 * Rounds before the first pass, a third of those with one. A surrogate that does not know the waves yet has gradients
 * that say nothing of them, and the sign steps, largest at the start, would wear them down.
 */
export function warmUpRounds(rounds: number): number {
  return Math.ceil(rounds / 3)
}

/**
 * Contrast of the pictures under the noise in a round: over the warm-up from a tenth up to all of it, by equal factors.
 * The surrogate so comes to know the noise first, and sees no need of the pictures afterwards; at full contrast it would
 * learn what is plain in them, and the passes would then wear down noise that it does not go by.
 */
export function warmUpContrast(round: number, warmUp: number): number {
  const first = 0.1
  return first ** Math.max(0, 1 - (round + 1) / warmUp)
}

/**
 * How far a sign step of a round moves each value of a field, whose range is −1 … 1: from a fifth down to a fiftieth. A
 * constant step leaves the noise jittering by its own size around what it has learnt; a falling one lets it settle.
 */
export function signStepShare(round: number, rounds: number): number {
  const [first, last] = [0.2, 0.02]
  return rounds < 2 ? first : first + ((last - first) * round) / (rounds - 1)
}

/** Learning rate of a step of the one-cycle schedule (Smith & Topin 2019): cosine up over 30 %, cosine down to ~0. */
export function oneCycle(step: number, totalSteps: number, peak: number): number {
  const start = peak / 25
  const end = start / 1e4
  const warm = Math.max(1, 0.3 * totalSteps - 1)
  const blend = (from: number, to: number, share: number) => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2
  if (step <= warm) return blend(start, peak, step / warm)
  return blend(peak, end, Math.min(1, (step - warm) / Math.max(1, totalSteps - 1 - warm)))
}
