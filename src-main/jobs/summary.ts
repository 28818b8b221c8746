/** What a certificate says, in the two sentences that every place shows. */
import { headlineSentence, verdictSentence } from '../core/certificate/sentences.js'
import type { Statement } from '../core/certificate/schema.js'
import { recompute } from '../core/certificate/verify.js'

export interface Summary {
  readonly headline: string
  /** The verdict in words, or why nothing was certified. */
  readonly explanation: string
}

export function summaryOf({ predicate }: Statement): Summary {
  const { certification, certificationSkipped } = predicate
  if (!certification) {
    return {
      headline: 'These pictures are protected, but not certified.',
      explanation: certificationSkipped?.reason ?? '',
    }
  }
  return {
    headline: headlineSentence(certification),
    explanation: `${verdictSentence(certification.verdict)} ${recompute(certification).reason}`,
  }
}
