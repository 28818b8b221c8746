/** What a certificate says, as every place shows it. */
import { headlineSentence, softeningSentence, verdictSentence } from '../core/certificate/sentences.js'
import type { Statement } from '../core/certificate/schema.js'
import { recompute } from '../core/certificate/verify.js'

export interface Summary {
  readonly headline: string
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  readonly explanation: string
}

export function summaryOf({ predicate }: Statement): Summary {
  const { certification, certificationSkipped } = predicate
  const withSoftening = (explanation: string): string => `${explanation} ${softeningSentence(predicate)}`.trim()
  if (!certification) {
    return {
      headline: 'These pictures are protected, but not certified.',
      explanation: withSoftening(certificationSkipped?.reason ?? ''),
    }
  }
  return {
    headline: headlineSentence(certification),
    explanation: withSoftening(`${verdictSentence(certification.verdict)} ${recompute(certification).reason}`),
  }
}
