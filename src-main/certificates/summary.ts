/** What a certificate says, as every place shows it: of its numbers, those that its counts really give. */
import {
  headlineSentence,
  nearbySentence,
  populationSentence,
  softeningSentence,
  verdictSentence,
} from '../core/certificate/sentences.js'
import type { Statement } from '../core/certificate/schema.js'
import { recompute } from '../core/certificate/verify.js'
import type { Certified } from '../core/certify/certify.js'

export interface Summary {
  readonly headline: string
  /** What else was proved, a sentence each: by the weight noise, and on all pictures like the tested ones. */
  readonly details: string[]
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  readonly explanation: string
}

/** @param certified what the counts give, where that is known already: it takes a third of a second */
export function summaryOf({ predicate }: Statement, certified: Certified | null = null): Summary {
  const { certification, certificationSkipped } = predicate
  const withSoftening = (explanation: string): string => `${explanation} ${softeningSentence(predicate)}`.trim()
  if (!certification) {
    return {
      headline: 'These pictures are protected, but not certified.',
      details: [],
      explanation: withSoftening(certificationSkipped?.reason ?? ''),
    }
  }
  const { chance, testImages } = certification
  const { headline, population, verdict, reason, ...recomputed } = certified ?? recompute(certification)
  const runs = certification.runs && recomputed.runs && { ...certification.runs, ...recomputed.runs }
  const found = { headline, runs, chance }
  const details = [nearbySentence(found), populationSentence(population, testImages)]
  return {
    headline: headlineSentence(found),
    details: details.filter((sentence) => sentence !== null),
    explanation: withSoftening(`${verdictSentence(verdict)} ${reason}`),
  }
}
