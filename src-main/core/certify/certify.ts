/** From the scores of the weight-noise draws to the certified curve, the headline and the verdict. */
import type { Verdict } from '../verdict.js'
import { curveLevel } from './band.js'
import { lowerIndex, minimumDraws, shiftedQuantile, upperIndex } from './bound.js'
import { upperLimitOfAny } from './population.js'
import { type RunBounds, type RunScores, boundRuns } from './runs.js'

/** Radii r = η/σ of the certified curve. */
export const RADII: readonly number[] = [0, 0.25, 0.5, 0.75, 1, 1.25]
/** Radius of the headline's upper bound. */
export const HEADLINE_RADIUS = 0.5
/** Share of its training pictures that the protected surrogate must fit for its failure to mean anything. */
export const REQUIRED_FIT = 0.9
/** Gap between control and protected, in percentage points, that makes a certificate informative. */
export const INFORMATIVE_POINTS = 10

/** What a bound speaks of: a share of the classifiers, with a confidence, on test pictures; for weight noise, of draws. */
interface Claim {
  readonly quantile: number
  readonly confidence: number
  readonly testImages: number
  readonly draws?: number
}

/** What it must at least speak of to mean anything. Below, any two folders can be made to look as wanted. */
const LEAST_NOISY = { quantile: 0.8, confidence: 0.95, testImages: 10, draws: 100 } as const
const LEAST_RUNS = { quantile: 0.8, confidence: 0.9, testImages: 10 } as const

export interface CertifyInput {
  /** Held-out originals classified right by each draw around the surrogate of the protected files. Any order. */
  readonly protectedCorrect: ArrayLike<number>
  /** The same for the surrogate of the originals. Same length. */
  readonly controlCorrect: ArrayLike<number>
  readonly testImages: number
  /** Share of its training images that the protected surrogate classifies right, 0–1, without weight noise. */
  readonly protectedTrainAccuracy: number
  readonly q: number
  /** Scale of the weight noise; η = r·σ. */
  readonly sigma: number
  readonly confidence: number
  /** Radii of the curve; default RADII. */
  readonly radii?: readonly number[]
  /** Scores of independently trained classifiers; null: there are none. */
  readonly runs: RunScores | null
}

export interface CurvePoint {
  readonly etaOverSigma: number
  readonly eta: number
  readonly qBar: number
  /** 1-based order statistic that is the bound; null: abstained. */
  readonly k: number | null
  /** Upper bound of the accuracy, 0–1; null: abstained. */
  readonly bound: number | null
}

export interface Headline {
  readonly etaOverSigma: number
  /** Upper bound of the protected surrogate's q-quantile at `etaOverSigma`, 0–1. */
  readonly protectedAtMost: number | null
  /** Lower bound of the control's q-quantile at radius 0, 0–1. */
  readonly controlAtLeast: number | null
}

export interface Certified {
  readonly protectedCurve: CurvePoint[]
  readonly controlCurve: CurvePoint[]
  /** What the weight noise proves. */
  readonly headline: Headline
  /** What the runs prove, as shares; null: there are none. */
  readonly runs: RunBounds | null
  /**
   * Upper limit, 0–1, of what the bound of the runs (without them, of the weight noise) is on all pictures like the
   * tested ones, with probability `confidence`. null: there is no bound.
   */
  readonly population: number | null
  readonly verdict: Verdict
  /** Why the verdict is what it is, one plain sentence. */
  readonly reason: string
}

/**
 * Bounds the learnability of the protected files and of the originals. The verdict is by the runs; without them, by the
 * weight noise.
 *
 * Each curve holds as a whole with probability `confidence` (see `curveLevel`); the two numbers of the headline hold
 * with that probability each. Throws a RangeError when the scores do not match each other or `testImages`.
 */
export function certify(input: CertifyInput): Certified {
  const { testImages, q, confidence, sigma, radii = RADII } = input
  const draws = input.protectedCorrect.length
  if (draws < 1 || input.controlCorrect.length !== draws)
    throw new RangeError(`${draws} scores of the protected surrogate, ${input.controlCorrect.length} of the control`)
  const scores = sorted(input.protectedCorrect, testImages)
  const control = sorted(input.controlCorrect, testImages)

  const level = curveLevel(draws, radii.length, confidence)
  const curve = (counts: Float64Array): CurvePoint[] =>
    radii.map((r) => {
      const k = upperIndex(draws, q, r, 1 - level)
      const bound = k === null ? null : counts[k - 1]! / testImages
      return { etaOverSigma: r, eta: r * sigma, qBar: shiftedQuantile(q, r), k, bound }
    })

  const k = upperIndex(draws, q, HEADLINE_RADIUS, confidence)
  const j = lowerIndex(draws, q, confidence)
  const noisy = {
    protectedAtMost: k === null ? null : scores[k - 1]!,
    controlAtLeast: j === null ? null : control[j - 1]!,
  }
  const runs = input.runs && boundRuns(checked(input.runs, testImages))
  const { protectedAtMost } = runs ?? noisy
  const compared = input.runs?.protectedPeaks.length ?? draws
  return {
    protectedCurve: curve(scores),
    controlCurve: curve(control),
    headline: { etaOverSigma: HEADLINE_RADIUS, ...asShares(noisy, testImages) },
    runs: runs && asShares(runs, testImages),
    population: protectedAtMost === null ? null : upperLimitOfAny(protectedAtMost, testImages, compared, confidence),
    ...(runs ? judgeRuns(runs, input.runs!, testImages) : judgeNoisy(noisy, input, draws)),
  }
}

const asShares = ({ protectedAtMost, controlAtLeast }: RunBounds, testImages: number): RunBounds => ({
  protectedAtMost: protectedAtMost === null ? null : protectedAtMost / testImages,
  controlAtLeast: controlAtLeast === null ? null : controlAtLeast / testImages,
})

function checked(runs: RunScores, testImages: number): RunScores {
  sorted(runs.protectedPeaks, testImages)
  sorted(runs.controlPeaks, testImages)
  return runs
}

interface Judgement {
  verdict: Verdict
  reason: string
}

function judgeNoisy(
  { protectedAtMost, controlAtLeast }: RunBounds,
  { testImages, protectedTrainAccuracy, q, confidence }: CertifyInput,
  draws: number,
): Judgement {
  if (protectedAtMost === null || controlAtLeast === null) {
    const needed = Math.max(minimumDraws(q, HEADLINE_RADIUS, confidence), minimumDraws(1 - q, 0, confidence))
    const wanted = Number.isFinite(needed) ? `it takes at least ${needed}` : 'no number of them is enough'
    const reason = `${draws} draws of the weight noise are too few for this quantile and confidence: ${wanted}.`
    return { verdict: 'inconclusive', reason }
  }
  const claim = { quantile: q, confidence, testImages, draws }
  if (saysTooLittle(claim, LEAST_NOISY)) return meaningless(claim, LEAST_NOISY)
  if (!(protectedTrainAccuracy >= REQUIRED_FIT)) {
    const fit = Math.floor(protectedTrainAccuracy * 100)
    const reason = `The classifier trained on the protected files learnt only ${fit} % of them, so that it fails on your pictures proves little.`
    return { verdict: 'inconclusive', reason }
  }
  return judgeGap(controlAtLeast - protectedAtMost, testImages, {
    originals: 'The classifier trained on the originals',
    other: 'the one trained on the protected files',
    recognises: 'recognises',
    certified: 'is not certified to recognise',
  })
}

/** What is trained on the originals in the same way shows that such classifiers learn when they can. */
function judgeRuns(
  { protectedAtMost, controlAtLeast }: RunBounds,
  { quantile, confidence }: RunScores,
  testImages: number,
): Judgement {
  if (protectedAtMost === null || controlAtLeast === null) {
    return { verdict: 'inconclusive', reason: 'There are too few classifiers for this quantile and confidence.' }
  }
  const claim = { quantile, confidence, testImages }
  if (saysTooLittle(claim, LEAST_RUNS)) return meaningless(claim, LEAST_RUNS)
  return judgeGap(controlAtLeast - protectedAtMost, testImages, {
    originals: 'Classifiers trained on the originals',
    other: 'those trained on the protected files',
    recognises: 'recognise',
    certified: 'are not certified to recognise',
  })
}

const saysTooLittle = (claim: Claim, least: Claim): boolean =>
  claim.quantile < least.quantile ||
  claim.confidence < least.confidence ||
  claim.testImages < least.testImages ||
  (claim.draws ?? 0) < (least.draws ?? 0)

function meaningless(claim: Claim, least: Claim): Judgement {
  const share = (value: number): string => `${Number((100 * value).toPrecision(3))} %`
  const rest = ({ draws, testImages }: Claim): string =>
    `${draws === undefined ? '' : `, of ${draws} draws`}, on ${testImages} pictures`
  return {
    verdict: 'meaningless',
    reason:
      `The bounds speak of ${share(claim.quantile)} of classifiers with ${share(claim.confidence)} confidence${rest(claim)};` +
      ` it takes at least ${share(least.quantile)} and ${share(least.confidence)}${rest(least)}.`,
  }
}

/** @param gap in pictures: whole counts, so that a gap of exactly ten points is not lost to rounding. */
function judgeGap(
  gap: number,
  testImages: number,
  words: Record<'originals' | 'other' | 'recognises' | 'certified', string>,
): Judgement {
  const { originals, other, recognises, certified } = words
  if (gap <= 0) return { verdict: 'inconclusive', reason: `${originals} ${certified} more than ${other}.` }
  return gap * 100 >= INFORMATIVE_POINTS * testImages
    ? {
        verdict: 'informative',
        reason: `${originals} ${recognises} at least ${INFORMATIVE_POINTS} points more than ${other}.`,
      }
    : {
        verdict: 'weak',
        reason: `${originals} ${recognises} more than ${other}, but by less than ${INFORMATIVE_POINTS} points.`,
      }
}

/** Ascending copy. Throws a RangeError on anything but integers from 0 to `testImages`. */
function sorted(correct: ArrayLike<number>, testImages: number): Float64Array {
  const counts = Float64Array.from(correct)
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 0 || count > testImages)
  if (wrong !== undefined) throw new RangeError(`${wrong} of ${testImages} pictures cannot be right`)
  return counts.sort()
}
