/** What is known of protected folders: reports, history, verification, the stress test. */
import type { CurvePoint } from '../../src-main/core/certificate/curve-shape.js'
import type { QualityFigures } from '../../src-main/core/certificate/quality-view.js'
import { z } from 'zod'
import { type Verdict } from '../../src-main/core/verdict.js'
import { count, id, nothing, path, notice, text } from './pieces.js'

/** A report belongs to a finished job, or to a certificate anywhere (or the folder that holds it). */
const reportSource = z.union([z.strictObject({ jobId: id }), z.strictObject({ path })])
export type ReportSource = z.infer<typeof reportSource>

/** A stress test of one protected folder (docs/stress.md): what is finished of it, and how far it is where it runs. */
export const stressSchema = z.strictObject({
  /** Absolute path; says which folder it is. */
  certificate: z.string(),
  /** Of each training. */
  steps: count,
  running: z.boolean(),
  /** True between a request to cancel and the moment the work has stopped. */
  stopping: z.boolean(),
  /** Trainings. `total` 0: it cannot be made here, and `error` says why. */
  done: count,
  total: count,
  /** Null: not known yet, or it does not run. */
  etaSeconds: z.number().nullable(),
  /** Finished rows, worst first; shares 0–1. */
  results: z.array(
    z.strictObject({ id: z.string(), protected: z.number(), originals: z.number(), chance: z.number() }),
  ),
  /** Why it cannot be made, or has failed; finished rows are kept. */
  error: notice.nullable(),
})
export type StressTest = z.infer<typeof stressSchema>

export interface Report {
  jobId: string | null
  /** Absolute path of the certificate. */
  certificate: string
  output: string
  name: string
  issuedAt: string
  tool: { name: string; version: string }
  headline: string
  /** What else was proved, a sentence each: by the weight noise, and on all pictures like the tested ones. */
  details: string[]
  verdict: Verdict | null
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  explanation: string
  images: number
  classes: { name: string; count: number }[]
  labelSource: string
  skipped: { path: string; reason: string }[]
  protection: QualityFigures & {
    method: string
    strength: string
    /** Mean ꟻLIP that was wanted of pictures that hide a change; null: certificates of version 1. */
    visibility: number | null
    /** Largest change before encoding, 0–255; only certificates of version 1. */
    epsilon: number | null
    resolution: number
    /** Of a colour value of the written files, 0–255. */
    largestChange: number
  }
  /** Where the pictures are published, and what is uploaded and served there, in a sentence each. */
  channel: { title: string; uploaded: string; served: string } | null
  /** Null when not certified. */
  certification: {
    surrogate: string
    smoothing: string
    sigma: number
    q: number
    draws: number
    confidence: number
    trainImages: number
    testImages: number
    chance: number
    headline: { etaOverSigma: number; protectedAtMost: number | null; controlAtLeast: number | null }
    /** Bounds over classifiers trained from scratch, of which `count` and `controlCount` were; null: none, and a bound: too few. */
    runs: {
      quantile: number
      confidence: number
      protectedAtMost: number | null
      controlAtLeast: number | null
      count: number
      controlCount: number
    } | null
    protected: { trainAccuracy: number; cleanAccuracy: number; curve: CurvePoint[] }
    control: { trainAccuracy: number; cleanAccuracy: number; curve: CurvePoint[] }
  } | null
  /** The first 1,000; `fileCount` has them all. */
  files: { path: string; sha256: string }[]
  fileCount: number
  /** Up to six pictures for the before/after slider. `before` is null where the original is gone. */
  samples: { path: string; before: string | null; after: string; width: number; height: number }[]
  signature: {
    valid: boolean
    /** Why not, when it is not. */
    reason: string
    issuer: string | null
    /** SHA-256 of the public key, in groups for reading aloud. */
    fingerprint: string
    /** Signed with this computer's own key. */
    own: boolean
  }
  limits: string[]
}

/** Where an export went: into a file, or (without dialogs) to the window, which offers it as a download. */
export type Saved = { kind: 'file'; path: string } | { kind: 'download'; name: string; mime: string; content: string }

export interface HistoryEntry {
  jobId: string
  name: string
  folder: string
  output: string
  certificate: string
  finishedAt: string
  images: number
  headline: string
  verdict: Verdict | null
  /** The certificate is not where it was written. */
  missing: boolean
}

/** Three separate statements; none of them stands for the others. */
export interface Verification {
  certificate: string
  folder: string
  signature: { state: 'valid' | 'invalid'; reason: string }
  signer: {
    /** own: this computer's key, now or formerly. revoked: nothing signed with it is to be relied on. */
    state: 'own' | 'known' | 'revoked' | 'unknown'
    /** As the certificate says, which anybody can write. */
    issuer: string | null
    /** In one or two plain sentences. */
    explanation: string
    fingerprint: string
  }
  /** State of the files named in the certificate. 'unchecked': only a certificate was given. */
  files: {
    state: 'match' | 'differ' | 'unchecked'
    checked: number
    modified: string[]
    missing: string[]
    extra: string[]
  }
  /** The bounds recomputed from the counts in the certificate. */
  bound: { state: 'agrees' | 'differs' | 'none'; reason: string; headline: string }
  /** Everything that was checked is as it should be. */
  ok: boolean
}

export const reportsRequests = {
  'reports.get': reportSource,
  /** Writes the report. `target` null: the app asks, or (without dialogs) hands the text to the window. */
  'reports.save': z.strictObject({ source: reportSource, format: z.enum(['html', 'pdf']) }),
  'history.list': nothing,
  /** Checks a protected folder or a certificate; `verify.progress` counts the files. One at a time. */
  'verify.start': z.strictObject({ path, originals: path.nullable().default(null) }),
  /** What is known of the stress test of a protected folder or certificate. */
  'stress.get': z.strictObject({ path }),
  /** Begins it, or goes on with it; `stress.changed` tells the rest. Refused beside other work. */
  'stress.start': z.strictObject({ path }),
  /** Stops the one that runs; finished rows are kept. */
  'stress.cancel': nothing,
}

export interface ReportsOutputs {
  'reports.get': Report
  'reports.save': Saved | null
  'history.list': HistoryEntry[]
  'verify.start': Verification
  'stress.get': StressTest
  'stress.start': StressTest
  'stress.cancel': null
}

export const reportsEvents = {
  'verify.progress': z.strictObject({ path: text, done: count, total: count }),
  'stress.changed': stressSchema,
}
