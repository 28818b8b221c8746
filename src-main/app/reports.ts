/** A certificate as the window shows it, and as a file to hand out. */
import { fingerprint } from '../core/certificate/signers.js'
import { REPORT_NAME } from '../core/file-names.js'
import { readFile, readdir } from 'node:fs/promises'
import { basename, dirname, extname, join, parse } from 'node:path'
import type { Report, ReportSource } from '../../src-shared/contract/index.js'
import type { OpenedEnvelope } from '../core/certificate/dsse.js'
import { FixativeError } from '../core/errors.js'
import type { Certification, Statement } from '../core/certificate/schema.js'
import { exportSentence, servedSentence } from '../core/channels.js'
import type { KeyStore } from '../keys/key-store.js'
import { renderReport } from '../certificates/report/render.js'
import { summaryOf } from '../certificates/summary.js'
import { readCertificate, requireSigned } from '../certificates/verify-folder.js'
import type { Pool } from '../workers/pool.js'
import type { History } from './history.js'
import type { ImageStore, RenderImage } from './images.js'
import { certificatePath } from './verification.js'

const FILES_SHOWN = 1_000
const SAMPLES = 6
/** Longest side of a sample, pixels. */
const SAMPLE_SIZE = 1_024
const PRIORITY = 10

export interface ReportServices {
  readonly history: History
  readonly keys: KeyStore
  readonly images: ImageStore
  readonly pool: Pool
}

/** @throws FixativeError `report-unknown`, `not-found`, `certificate-missing`, `certificate-invalid` */
export async function locateReport(source: ReportSource, history: History): Promise<Located> {
  if ('path' in source) {
    const certificate = await certificatePath(source.path)
    const entry = history.find({ certificate })
    return { certificate, jobId: entry?.jobId ?? null, originals: entry?.folder ?? null }
  }
  const entry = history.find(source)
  if (!entry)
    throw new FixativeError('report-unknown', 'There is no report of this job.', 'It may not have finished yet.')
  return { certificate: entry.certificate, jobId: entry.jobId, originals: entry.folder }
}

interface Located {
  readonly certificate: string
  readonly jobId: string | null
  /** Folder of the originals, where this computer made the certificate. */
  readonly originals: string | null
}

export async function reportView(source: ReportSource, services: ReportServices): Promise<Report> {
  const located = await locateReport(source, services.history)
  const envelope = await readCertificate(located.certificate)
  const { statement } = envelope
  const { predicate, subject } = statement
  const { certification, protection, collection } = predicate
  const output = dirname(located.certificate)
  return {
    jobId: located.jobId,
    certificate: located.certificate,
    output,
    name: basename(located.originals ?? output),
    issuedAt: predicate.issuedAt,
    tool: predicate.tool,
    ...summaryOf(statement),
    verdict: certification?.verdict ?? null,
    images: collection.images,
    classes: collection.classes,
    labelSource: collection.labelSource,
    skipped: collection.skipped.slice(0, FILES_SHOWN),
    protection: {
      method: protection.method,
      strength: protection.strength,
      visibility: protection.visibility,
      epsilon: protection.former?.epsilon ?? null,
      resolution: protection.resolution,
      largestChange: protection.largestChange,
      ...protection.quality,
    },
    channel: predicate.channel
      ? {
          title: predicate.channel.title,
          uploaded: exportSentence(predicate.channel),
          served: servedSentence(predicate.channel),
        }
      : null,
    certification: certification && certificationView(certification),
    files: subject.slice(0, FILES_SHOWN).map(({ name, digest }) => ({ path: name, sha256: digest.sha256 })),
    fileCount: subject.length,
    samples: await samples(statement, output, located.originals, services),
    signature: await signatureView(envelope, services.keys),
    limits: predicate.limits,
  }
}

function certificationView(c: Certification): NonNullable<Report['certification']> {
  const measured = ({ trainAccuracy, cleanAccuracy, curve }: Certification['protected']) => ({
    trainAccuracy,
    cleanAccuracy,
    curve: curve.map(({ etaOverSigma, bound }) => ({ etaOverSigma, bound })),
  })
  return {
    surrogate: c.surrogate.architecture,
    smoothing: c.smoothing.kind,
    sigma: c.smoothing.sigma,
    q: c.q,
    draws: c.draws,
    confidence: c.confidence,
    trainImages: c.trainImages,
    testImages: c.testImages,
    chance: c.chance,
    headline: c.headline,
    runs: c.runs && {
      quantile: c.runs.quantile,
      confidence: c.runs.confidence,
      protectedAtMost: c.runs.protectedAtMost,
      controlAtLeast: c.runs.controlAtLeast,
      count: c.runs.protected.length,
      controlCount: c.runs.control.length,
    },
    protected: measured(c.protected),
    control: measured(c.control),
  }
}

async function signatureView(envelope: OpenedEnvelope, keys: KeyStore): Promise<Report['signature']> {
  const own = await keys.own()
  return {
    valid: envelope.signed,
    reason: envelope.signed ? '' : 'The certificate was changed after it was signed.',
    issuer: envelope.statement.predicate.issuer.name ?? null,
    fingerprint: fingerprint(envelope.keyId),
    own: envelope.signed && own?.keyId === envelope.keyId,
  }
}

/** Pictures spread evenly over the collection, which is in the order of paths and so of classes. */
async function samples(
  { subject }: Statement,
  output: string,
  originals: string | null,
  { images, pool }: ReportServices,
): Promise<Report['samples']> {
  const count = Math.min(SAMPLES, subject.length)
  const chosen = Array.from(
    { length: count },
    (_, i) => subject[Math.floor(((i + 0.5) * subject.length) / count)]!.name,
  )
  const render =
    (source: string): RenderImage =>
    () =>
      pool.run('image', { source, size: SAMPLE_SIZE }, { priority: PRIORITY })
  const made = await Promise.all(
    chosen.map(async (path) => {
      const after = join(output, ...path.split('/'))
      const [header] = await pool.run('headers', { sources: [after] }, { priority: PRIORITY })
      if (!header?.ok) return []
      const before = originals && (await originalOf(path, originals))
      const { width, height } = header
      return [
        {
          path,
          before: before ? images.add(`sample/${before}`, render(before)) : null,
          after: images.add(`sample/${after}`, render(after)),
          width,
          height,
        },
      ]
    }),
  )
  return made.flat()
}

/** The original of a written picture: the same path, or (written in another format) the same name before its end. */
async function originalOf(path: string, folder: string): Promise<string | null> {
  const wanted = parse(join(folder, ...path.split('/')))
  const names = await readdir(wanted.dir).catch(() => [])
  const exact = names.find((name) => name === wanted.base)
  const other = names.find((name) => name === wanted.name || name.slice(0, -extname(name).length) === wanted.name)
  const found = exact ?? other
  return found === undefined ? null : join(wanted.dir, found)
}

/**
 * The report as one HTML document: for a job of this computer the one that lies beside its certificate, with its
 * samples; else one made from the signed statement alone.
 *
 * @throws FixativeError `signature-invalid`, and as `locateReport`
 */
export async function reportHtml(source: ReportSource, history: History): Promise<{ name: string; html: string }> {
  const { certificate, jobId, originals } = await locateReport(source, history)
  const folder = dirname(certificate)
  const name = `${basename(originals ?? folder)}-fixative-report`
  if (jobId !== null) {
    const written = await readFile(join(folder, REPORT_NAME), 'utf8').catch(() => null)
    if (written !== null) return { name, html: written }
  }
  const envelope = await readCertificate(certificate)
  requireSigned(envelope, certificate)
  return { name, html: renderReport(envelope) }
}
