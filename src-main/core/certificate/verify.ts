/** Checks a certificate against itself: who signed it, and whether its numbers follow from its own counts. */
import { certify, type Certified } from '../certify/certify.js'
import type { RunScores } from '../certify/runs.js'
import type { OpenedEnvelope } from './dsse.js'
import type { Certification, CurvePoint, Runs, Statement } from './schema.js'
import { type KeyRing, type Signer, UNKNOWN_SIGNER, findSigner } from './signers.js'

/** Two shares that were written and read as JSON are equal to the last digit; the margin is for other writers. */
const SAME = 1e-9

export interface CertificateCheck {
  /** Whether the signature fits the content and the issuer's key that the content names. */
  readonly signature: 'valid' | 'invalid'
  /** Who signed, as far as the reader's list of signers tells; unknown without a valid signature. */
  readonly signer: Signer
  /** What the counts in the certificate prove, computed again; null when nothing was certified. */
  readonly recomputed: Certified | null
  /** Statements of the certificate that do not follow from its counts, in words. */
  readonly mismatches: readonly string[]
}

/** @param ring what the reader knows of keys. @throws FixativeError `key-invalid` for a broken one. */
export function checkCertificate(envelope: OpenedEnvelope, ring: KeyRing): CertificateCheck {
  const { certification } = envelope.statement.predicate
  const counts = countMismatches(envelope.statement)
  const recomputed = certification ? recompute(certification) : null
  return {
    signature: envelope.signed ? 'valid' : 'invalid',
    signer: envelope.signed ? findSigner(envelope.keyId, ring, envelope.continuity) : UNKNOWN_SIGNER,
    recomputed,
    mismatches: certification && recomputed ? [...counts, ...compare(certification, recomputed)] : counts,
  }
}

/** What the files, classes and qualities that are listed contradict. */
function countMismatches({ subject, predicate: { collection, protection, certification } }: Statement): string[] {
  const mismatches: string[] = []
  if (collection.images !== subject.length)
    mismatches.push(`The certificate speaks of ${collection.images} pictures, but lists ${subject.length} files.`)
  const labelled = collection.classes.reduce((sum, { count }) => sum + count, 0)
  if (labelled !== collection.images)
    mismatches.push(`The certificate speaks of ${collection.images} pictures, but its classes hold ${labelled}.`)
  const { former, quality } = protection
  const { flip, ssim, deltaE, psnr } = quality
  const beyond = [
    ['ꟻLIP', flip && flip.mean - flip.max],
    ['SSIM', ssim.min - ssim.mean],
    ['the colour difference', deltaE.mean - deltaE.max],
    ['PSNR', psnr && psnr.min - psnr.mean],
  ] as const
  for (const [name, gap] of beyond) {
    if ((gap ?? 0) > SAME) mismatches.push(`The mean of ${name} lies beyond that of the worst picture.`)
  }
  const softening = former?.softening
  if (softening && quality.ssim.min < softening.minSsim)
    mismatches.push(`No picture is to fall below SSIM ${softening.minSsim}, but one has ${quality.ssim.min}.`)
  const leastChance = 1 / Math.max(1, collection.classes.length)
  const worst = quality.worst[0]?.flip ?? null
  if (quality.flip && (worst ?? quality.flip.max) !== quality.flip.max)
    mismatches.push(`The largest ꟻLIP is given as ${quality.flip.max}, but the worst picture has ${worst}.`)
  if (quality.worst.some(({ flip }, i) => (flip ?? 0) > (quality.worst[i - 1]?.flip ?? 1)))
    mismatches.push('The worst pictures are not listed with the largest ꟻLIP first.')
  if (certification && certification.chance < leastChance - SAME)
    mismatches.push(`Guessing is given as ${certification.chance}, but gives at least ${leastChance}.`)
  return mismatches
}

/** Bounds, headline and verdict from the counts alone. */
export function recompute(certification: Certification): Certified {
  return certify({
    protectedCorrect: certification.protected.correct,
    controlCorrect: certification.control.correct,
    testImages: certification.testImages,
    protectedTrainAccuracy: certification.protected.trainAccuracy,
    q: certification.q,
    sigma: certification.smoothing.sigma,
    confidence: certification.confidence,
    radii: certification.protected.curve.map((point) => point.etaOverSigma),
    runs: certification.runs && scoresOf(certification.runs),
  })
}

/** The peak of every run. */
export function scoresOf({
  quantile,
  confidence,
  ...runs
}: Pick<Runs, 'quantile' | 'confidence' | 'protected' | 'control'>): RunScores {
  const peaks = (attackers: Runs['protected']) => attackers.map(({ correct }) => Math.max(...correct))
  return { quantile, confidence, protectedPeaks: peaks(runs.protected), controlPeaks: peaks(runs.control) }
}

function compare(claimed: Certification, found: Certified): string[] {
  const mismatches: string[] = []
  const expect = (what: string, said: number | null, is: number | null) => {
    const same = said === null || is === null ? said === is : Math.abs(said - is) <= SAME
    if (!same) mismatches.push(`${what} is given as ${shown(said)}, but the counts give ${shown(is)}.`)
  }
  const curve = (name: string, said: readonly CurvePoint[], is: readonly CurvePoint[]) => {
    if (said.length !== is.length)
      mismatches.push(`The curve of ${name} has ${said.length} points instead of ${is.length}.`)
    said.forEach((point, i) => {
      const other = is[i]
      if (!other) return
      const at = `at radius ${point.etaOverSigma} of ${name}`
      expect(`The radius ${at}`, point.etaOverSigma, other.etaOverSigma)
      expect(`The absolute radius ${at}`, point.eta, other.eta)
      expect(`The quantile ${at}`, point.qBar, other.qBar)
      expect(`The order statistic ${at}`, point.k, other.k)
      expect(`The bound ${at}`, point.bound, other.bound)
    })
  }
  curve('the protected files', claimed.protected.curve, found.protectedCurve)
  curve('the control', claimed.control.curve, found.controlCurve)
  expect('The radius of the headline', claimed.headline.etaOverSigma, found.headline.etaOverSigma)
  expect('“Protected at most”', claimed.headline.protectedAtMost, found.headline.protectedAtMost)
  expect('“Control at least”', claimed.headline.controlAtLeast, found.headline.controlAtLeast)
  if (claimed.runs && found.runs) {
    expect('“Protected at most” of the runs', claimed.runs.protectedAtMost, found.runs.protectedAtMost)
    expect('“Control at least” of the runs', claimed.runs.controlAtLeast, found.runs.controlAtLeast)
  }
  if (claimed.verdict !== found.verdict) {
    mismatches.push(`The verdict is given as “${claimed.verdict}”, but the counts give “${found.verdict}”.`)
  }
  return mismatches
}

function shown(value: number | null): string {
  return value === null ? 'none' : String(value)
}
