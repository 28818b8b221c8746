/** What a running job tells whoever watches it; also the lines of `--json`. */
import type { FixativeErrorData } from './errors.js'

export const STAGES = ['scan', 'thumbnails', 'label', 'split', 'learn', 'export', 'certify', 'sign'] as const
export type Stage = (typeof STAGES)[number]

export type JobEvent =
  | { type: 'stage'; stage: Stage; title: string }
  | { type: 'progress'; stage: Stage; done: number; total: number; unit: string; etaSeconds: number | null }
  /** What computes from now on, by name. */
  | { type: 'device'; engine: 'cpu' | 'webgpu' | 'cuda'; name: string }
  | { type: 'warning'; code: string; message: string; hint: string }
  | { type: 'skipped'; path: string; reason: string }
  | { type: 'result'; result: JobResult }
  | { type: 'error'; error: FixativeErrorData }

/** What a finished job leaves behind. */
export interface JobResult {
  jobId: string
  output: string
  certificate: string
  report: string
  images: number
  skipped: number
  /** The headline sentence of the certificate, or why nothing was certified. */
  headline: string
  /** What else was proved, a sentence each. */
  details: string[]
  verdict: 'informative' | 'weak' | 'inconclusive' | null
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  explanation: string
  seconds: number
}

/** Units of work done so far. */
export type Progress = (done: number, total: number) => void
