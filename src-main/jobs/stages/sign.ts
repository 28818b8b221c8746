/** Puts the certificate together, signs it, and writes it with its report: last of all, so that it speaks of all. */
import { CERTIFICATE_NAME, REPORT_NAME } from '../../core/file-names.js'
import { signStatement } from '../../core/certificate/dsse.js'
import { greatest, qualityOf } from '../../core/certificate/quality.js'
import type { NewPredicate, NewStatement } from '../../core/certificate/schema.js'
import { IMITATED, limitSentences, RESERVATIONS } from '../../core/certificate/sentences.js'
import { buildStatement } from '../../core/certificate/statement.js'
import { STRENGTHS, visibilityOf } from '../../core/settings.js'
import { type BundledImages, IMAGES_FILE, writeBundle } from '../bundle.js'
import { type Job } from '../job.js'
import { NOISE_FILE } from './learn.js'
import { releaseOutput, removeTemporaries, requireOutput, syncOutput } from '../output.js'
import { addProtected } from '../../certificates/protected-files.js'
import { renderReport } from '../../certificates/report/render.js'
import { makeSamples, sampleSources } from '../../certificates/report/samples.js'
import { writeAtomically, below } from '../../storage/folders.js'
import { type CertificationOutcome, drawsFile, surrogateFile } from './certify.js'
import { EXPORTED_FILE, type ExportedImage } from './export.js'
import type { Labelled } from './label.js'
import { runsFile } from '../training/runs.js'
import type { Skipped } from './scan.js'
import type { Split } from './split.js'
import { ORIGINALS_FILE } from './thumbnails.js'

/** Everything private that the certificate was made from. */
const PRIVATE_FILES = [
  ORIGINALS_FILE,
  EXPORTED_FILE,
  NOISE_FILE,
  IMAGES_FILE,
  surrogateFile('protected'),
  surrogateFile('control'),
  drawsFile('protected'),
  drawsFile('control'),
  runsFile('protected'),
  runsFile('control'),
]

export interface Signed {
  readonly statement: NewStatement
  readonly certificate: string
  readonly report: string
}

export async function signStage(
  job: Job,
  { source, classes }: Labelled,
  split: Split,
  exported: readonly ExportedImage[],
  skipped: readonly Skipped[],
  outcome: CertificationOutcome,
): Promise<Signed> {
  const { record, folder, context } = job
  const { output } = record
  const { certification, reason } = outcome
  const held = new Set(split.test.map(({ item }) => item))
  const images: BundledImages = {
    classes: classes.length,
    images: exported.map(({ item, label, target }) => ({ item, label, target, held: held.has(item) })),
  }
  await folder.writeJson(IMAGES_FILE, images)
  const signer = await context.keys.signer()
  const name = context.issuer ?? (await context.keys.name())
  const predicate: NewPredicate = {
    tool: { name: 'fixative', version: context.version },
    issuedAt: (context.now?.() ?? new Date()).toISOString(),
    issuer: {
      ...(name ? { name } : {}),
      publicKey: signer.publicKey,
      ...(signer.continuity.length > 0 ? { continuity: [...signer.continuity] } : {}),
    },
    collection: {
      images: exported.length,
      classes: classes.map((name, k) => ({
        name: name.slice(0, 500),
        count: exported.filter(({ label }) => label === k).length,
      })),
      labelSource: source,
      skipped: skipped.map(({ path, reason }) => ({ path, reason: reason.slice(0, 1000) })),
    },
    protection: protectionOf(job, exported),
    ...(record.channel ? { channel: record.channel } : {}),
    certification,
    ...(certification ? {} : { certificationSkipped: { reason } }),
    limits: [
      ...limitSentences({ certified: certification !== null, runs: Boolean(certification?.runs) }),
      ...(record.channel?.served ? [IMITATED] : []),
      ...(record.settings.reserve === 'none' ? [] : [RESERVATIONS[record.settings.reserve]]),
    ],
    private: { sha256: await writeBundle(folder, record, PRIVATE_FILES) },
  }
  const statement = buildStatement(
    exported.map(({ target, written }) => ({ path: target, sha256: written.sha256 })),
    predicate,
  )
  const samples = await makeSamples(sampleSources(output, classes, exported), (source, size) =>
    job.run('image', { source, size }),
  )
  const report = renderReport({ statement, samples })
  const paths = { certificate: below(output, CERTIFICATE_NAME), report: below(output, REPORT_NAME) }
  await requireOutput(output, record.id)
  await removeTemporaries(output)
  await syncOutput(
    output,
    exported.map(({ target }) => target),
  )
  await writeAtomically(paths.report, report, 0o644)
  await writeAtomically(paths.certificate, signStatement(statement, signer.privateKey), 0o644)
  await releaseOutput(output)
  await addProtected(context.storage.root, {
    job: record.id,
    at: predicate.issuedAt,
    // A file that came out as it was is not protected.
    sha256: exported.filter(({ written }) => written.maxAbsDiff > 0).map(({ written }) => written.sha256),
  })
  return { statement, ...paths }
}

function protectionOf({ record }: Job, exported: readonly ExportedImage[]): NewPredicate['protection'] {
  const { method, strength, resolution } = record.settings
  const visibility = visibilityOf(record.settings)
  return {
    method,
    strength: visibility === STRENGTHS[strength] ? strength : 'custom',
    visibility,
    resolution,
    largestChange: greatest(exported.map(({ written }) => written.maxAbsDiff)),
    quality: qualityOf(exported.map(({ target, written }) => ({ name: target, ...written }))),
  }
}
