/** What a certificate says of itself, best first (core/certify/certify.ts decides). */
export const VERDICTS = ['informative', 'weak', 'inconclusive', 'meaningless'] as const
export type Verdict = (typeof VERDICTS)[number]
