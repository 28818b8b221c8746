/** What a running job tells whoever watches it; also the lines of `--json`. */
import type { EngineName } from './engine-names.js'
import type { Verdict } from './verdict.js'
import type { FixativeErrorData } from './errors.js'

/** The stages of a job in their order, and what is done in each. */
export const STAGE_TITLES = {
  scan: 'Looking through the folder',
  thumbnails: 'Reading the pictures',
  label: 'Sorting the pictures into classes',
  split: 'Setting test pictures aside',
  learn: 'Learning the change',
  export: 'Writing the protected pictures',
  certify: 'Measuring the protection',
  sign: 'Signing the certificate',
} as const
export type Stage = keyof typeof STAGE_TITLES
export const STAGES = Object.keys(STAGE_TITLES) as Stage[]

export type JobEvent =
  | { type: 'stage'; stage: Stage; title: string }
  | { type: 'progress'; stage: Stage; done: number; total: number; unit: string; etaSeconds: number | null }
  /** What computes from now on, by name. */
  | { type: 'device'; engine: EngineName; name: string }
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
  verdict: Verdict | null
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  explanation: string
  seconds: number
}

/** Units of work done so far. */
export type Progress = (done: number, total: number) => void
