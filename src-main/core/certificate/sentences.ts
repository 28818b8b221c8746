/** What a certificate says, in words: one place for the command line, the report and the window. */
import type { Verdict } from '../verdict.js'
import { atLeast, atMost, firstBounds } from './figures.js'
import type { Certification, Predicate } from './schema.js'

type Claims = Pick<Certification, 'headline' | 'runs' | 'chance'>

/** The share of the classifiers that a bound speaks of. */
const most = (quantile: number): string => (quantile === 0.9 ? 'nine in ten' : `at least ${atLeast(quantile)}`)

/** What the certificate proves first: of classifiers trained from scratch, where there are any, else of those around one. */
export function headlineSentence(claims: Claims): string {
  const { runs, chance } = claims
  const guessing = `Guessing gives ${Math.round(chance * 100)} %.`
  const { protectedAtMost, controlAtLeast } = firstBounds(claims)
  if (protectedAtMost === null) {
    return runs
      ? `Too few classifiers were trained to bound what one learns from the protected files. ${guessing}`
      : `Too few draws were made to bound what a classifier of this kind learns from the protected files. ${guessing}`
  }
  const trainedOnOriginals =
    controlAtLeast === null ? '' : `; trained on the originals, at least ${atLeast(controlAtLeast)}`
  const recognised = `at most ${atMost(protectedAtMost)} of your pictures${trainedOnOriginals}. ${guessing}`
  return runs
    ? `Of classifiers trained from scratch on the protected files, ${most(runs.quantile)} recognise ${recognised}`
    : `A classifier of this kind trained on the protected files recognises ${recognised}`
}

/** What the weight noise proves beside the runs; null: it is the headline, or proves nothing. */
export function nearbySentence({ headline, runs }: Claims): string | null {
  const { protectedAtMost, controlAtLeast } = headline
  if (!runs || protectedAtMost === null) return null
  const originals =
    controlAtLeast === null ? '' : `; of one trained on the originals, at least ${atLeast(controlAtLeast)}`
  return `Slightly changed copies of one such classifier recognise at most ${atMost(protectedAtMost)}${originals}.`
}

/** What the bound is on pictures that were not tested; null: there is none. */
export function populationSentence(population: number | null, testImages: number): string | null {
  if (population === null) return null
  const tested = `${testImages.toLocaleString('en')} ${testImages === 1 ? 'picture was' : 'pictures were'}`
  return `Only ${tested} tested: on all pictures like them it may be up to ${atMost(population)}.`
}

const VERDICTS: Record<Verdict, string> = {
  informative: 'Informative: the protection, not the test, keeps the classifier from learning.',
  weak: 'Weak: a classifier learns less from the protected files than from the originals, but not by much.',
  inconclusive: 'Inconclusive: this test cannot tell the protected files from the originals.',
  meaningless: 'Not meaningful: the test says too little of too few classifiers or pictures.',
}

export function verdictSentence(verdict: Verdict): string {
  return VERDICTS[verdict]
}

/** What it took to keep every picture at the SSIM that was asked for (version 1); '' where none was. */
export function softeningSentence({ collection, protection, certification }: Predicate): string {
  const softening = protection.former?.softening
  if (!softening) return ''
  const { minSsim, pictures, leastShare } = softening
  if (pictures === 0) return `No picture falls below SSIM ${minSsim} with all of the change.`
  const some = `${pictures.toLocaleString('en')} of ${collection.images.toLocaleString('en')} pictures`
  const least = atLeast(leastShare)
  const measured = certification ? ' The certificate was measured on what was written.' : ''
  return `${some} got less change, so that none falls below SSIM ${minSsim}; the least was ${least} of it.${measured}`
}

/** What the numbers do not say; goes into every certificate and report. */
export function limitSentences({ certified, runs }: { certified: boolean; runs: boolean }): string[] {
  const always = [
    'This concerns image classifiers. It does not say that a generative model cannot imitate the pictures or their style.',
    'Pictures that were ever published without protection can still be learnt from.',
    'A classifier that starts from a network trained on other pictures can learn more than one that starts from nothing.',
    'A classifier whose training is stopped early can learn what is plain in the pictures before it finds the change.',
    'Heavy JPEG compression, conversion to greyscale and similar changes weaken the protection.',
  ]
  if (!certified) return always
  return [
    ...(runs
      ? [
          'The first bound speaks of classifiers that are trained by the stated recipes, stopped whenever they are best; other nets or trainings, and pictures that are made much smaller first, may teach more.',
        ]
      : []),
    'The bounds of the weight noise speak of classifiers of the stated architecture whose weights lie near the tested surrogate’s, not of other architectures.',
    'They speak of a fraction q of randomly perturbed classifiers; the remaining ones, or one without the perturbation, may recognise more.',
    'They speak of the held-out pictures of this collection, not of other pictures.',
    'The statistics of the batch normalisation are frozen constants of the surrogate and are not perturbed.',
    ...always,
  ]
}

/** What a certificate adds when the files reserve the right to data mining. */
export const RESERVATIONS = {
  xmp: 'The files say in their metadata that data mining is not allowed. That is a reservation, not a protection: it binds only those who heed it.',
  c2pa: 'The files say in their metadata, and JPEG and PNG files also in a C2PA manifest, that data mining and training are not allowed. That is a reservation, not a protection: it binds only those who heed it, and whoever encodes a file again removes it. The manifest is signed with a key made for this job alone, which says nothing about who made the pictures.',
} as const

/** What a certificate for a publishing channel adds. */
export const IMITATED =
  'What the publishing channel makes of the files was imitated from the stated figures. What it really does may differ, and may change.'
