/**
 * What independently trained classifiers guarantee (Wilks 1941): the largest of R scores is an upper bound of the
 * q-quantile of a new one's with confidence 1 − q^R, because all R fall below it with probability at most q^R.
 *
 * Each of the R classifiers has a recipe drawn by lot and a seed of its own, so that their scores are independent draws
 * from one distribution, the one that a new classifier's score comes from as well. The statement speaks of that
 * distribution alone: of the declared recipes, and of the given test pictures.
 */
import { lowerIndex, upperIndex } from './bound.js'

/** Share of the classifiers that the bounds speak of. */
export const RUNS_QUANTILE = 0.9
/** Confidence of the bounds by the number of runs: what 1 − 0.9^R exceeds. */
export const RUNS_CONFIDENCE = { 22: 0.9, 29: 0.95, 44: 0.99 } as const

/**
 * Steps of a run: few, so that the runs take about a third of a job; twice as many recognise 5 to 7 points more of the
 * originals (docs/certificate.md). A run is tried every so many of them.
 */
export const RUN_STEPS = 100
export const CHECKPOINT_EVERY = 25

export interface RunScores {
  /** For each run, the most test pictures that it classified right at any checkpoint. Any order. */
  readonly protectedPeaks: readonly number[]
  readonly controlPeaks: readonly number[]
  /** Share q of new runs that each bound speaks of. */
  readonly quantile: number
  readonly confidence: number
}

export interface RunBounds {
  /** A share q of new runs on the protected files recognises at most so many pictures; null: too few runs. */
  readonly protectedAtMost: number | null
  /** A share q of new runs on the originals recognises at least so many; null: too few runs. */
  readonly controlAtLeast: number | null
}

/** Bounds in pictures: order statistics of the peaks, from above on the protected files, from below on the originals. */
export function boundRuns({ protectedPeaks, controlPeaks, quantile, confidence }: RunScores): RunBounds {
  const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b)
  const k = upperIndex(protectedPeaks.length, quantile, 0, confidence)
  const j = lowerIndex(controlPeaks.length, 1 - quantile, confidence)
  return {
    protectedAtMost: k === null ? null : ascending(protectedPeaks)[k - 1]!,
    controlAtLeast: j === null ? null : ascending(controlPeaks)[j - 1]!,
  }
}
