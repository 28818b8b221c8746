/** A job from beginning to end: scan, thumbnails, label, split, learn, export, certify, sign. */
import type { JobResult } from '../core/job-events.js'
import { type Job, runStage } from './job.js'
import { learnStage } from './stages/learn.js'
import { checkSpace } from './output.js'
import {
  type CertificationOutcome,
  type EarlyControl,
  beginControl,
  certifyStage,
  endControl,
} from './stages/certify.js'
import { type ExportedImage, exportStage } from './stages/export.js'
import { type Labelled, labelStage } from './stages/label.js'
import { type Scan, type Skipped, scanStage } from './stages/scan.js'
import { type Signed, signStage } from './stages/sign.js'
import { type Split, splitStage } from './stages/split.js'
import { thumbnailsStage } from './stages/thumbnails.js'
import { summaryOf } from '../certificates/summary.js'

/** Room in the data folder for surrogates and checkpoints, bytes. */
const SPARE = 50e6
/** Bytes that a picture takes there for each place of its thumbnail: two thumbnails, opacity, budget, two fields. */
const BYTES_A_PLACE = 11

/** @param fresh what was just found in the folder, if anybody has looked. */
export async function runStages(job: Job, fresh: Scan | null): Promise<JobResult> {
  const started = performance.now()
  const before = job.journal.progress.seconds
  const { record } = job
  const skipped: Skipped[] = []
  const leaveOut = (files: readonly Skipped[]): void => {
    for (const { path, reason } of files) job.context.onEvent({ type: 'skipped', path, reason })
    skipped.push(...files)
  }

  const scan = await runStage(job, 'scan', (progress) => scanStage(job, progress('file'), fresh))
  leaveOut(scan.skipped)
  await checkSpace(
    job.context.storage.root,
    scan.files.length * BYTES_A_PLACE * record.settings.resolution ** 2 + SPARE,
  )
  const read = await runStage(job, 'thumbnails', (progress) => thumbnailsStage(job, scan, progress('picture')))
  leaveOut(read.skipped)
  const labelled = await runStage(job, 'label', () => labelStage(job, read.images))
  leaveOut(labelled.skipped)
  const split = await runStage(job, 'split', async () => splitStage(job, labelled))

  const { exported, outcome } = await learnToCertify(job, labelled, split, leaveOut)
  const signed = await runStage(job, 'sign', () => signStage(job, labelled, split, exported, skipped, outcome))
  const seconds = before + (performance.now() - started) / 1000
  return resultOf(job, signed, exported.length, skipped.length, seconds)
}

async function learnToCertify(
  job: Job,
  { classes, images }: Labelled,
  split: Split,
  leaveOut: (files: readonly Skipped[]) => void,
): Promise<{ exported: ExportedImage[]; outcome: CertificationOutcome }> {
  const early = split.notCertified === null && job.compute.lanes > 1
  const control: EarlyControl | null = early ? beginControl(job, classes.length, split) : null
  try {
    await runStage(job, 'learn', (progress) => learnStage(job, classes.length, images, split.train, progress('round')))
    const { exported, skipped } = await runStage(job, 'export', (progress) =>
      exportStage(job, images, progress('picture')),
    )
    leaveOut(skipped)
    const certify = (progress: Parameters<typeof certifyStage>[5]) =>
      certifyStage(job, classes, exported, split, control, progress)
    const outcome = job.record.settings.certify
      ? await runStage(job, 'certify', certify)
      : await certify(() => () => undefined)
    return { exported, outcome }
  } catch (error) {
    // Nothing of a job may go on, or write, after it has ended.
    job.abort(error)
    await endControl(control)
    throw error
  }
}

function resultOf(job: Job, signed: Signed, images: number, skipped: number, seconds: number): JobResult {
  const { statement, certificate, report } = signed
  const { id, output } = job.record
  const verdict = statement.predicate.certification?.verdict ?? null
  return { jobId: id, output, certificate, report, images, skipped, ...summaryOf(statement), verdict, seconds }
}
