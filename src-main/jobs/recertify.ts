/** Recomputes a certificate from its private bundle: the files, the surrogates, and every draw. */
import { jobSeeds } from '../core/random/job-seeds.js'
import { below } from '../storage/folders.js'
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import type { Certification, Statement } from '../core/certificate/schema.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import { checkCertificate } from '../core/certificate/verify.js'
import { FixativeError } from '../core/errors.js'
import type { Model } from '../workers/tasks.js'
import { type Bundle, type BundledImages, IMAGES_FILE, openBundle, imagesSchema } from './bundle.js'
import { type JobContext, inParallel } from './job.js'
import { readProgress } from './journal.js'
import { datasetOf, programOf } from './plan.js'
import { type ModelName, surrogateFile } from './stages/certify.js'
import { drawScores } from './training/draw.js'
import { EXPORTED_FILE } from './stages/export.js'
import { ORIGINALS_FILE } from './stages/thumbnails.js'
import type { JobFolder } from '../storage/folders.js'
import { hashFile } from '../certificates/verify-folder.js'

export interface RecertifyCheck {
  readonly name: 'signature' | 'numbers' | 'bundle' | 'files' | 'thumbnails' | 'accuracy' | 'draws'
  readonly ok: boolean
  /** One plain sentence. */
  readonly detail: string
}

export interface Recertification {
  readonly statement: Statement
  readonly checks: readonly RecertifyCheck[]
  readonly ok: boolean
}

export interface RecertifyContext extends Pick<JobContext, 'pool' | 'storage' | 'signal'> {
  /** Units of work done so far: files, then draws. */
  readonly progress?: (done: number, total: number, unit: 'file' | 'draw') => void
}

/** What the certificate was made from, opened. */
interface Opened {
  readonly statement: Statement
  readonly output: string
  readonly folder: JobFolder
  readonly bundle: Bundle
  readonly images: BundledImages
}

/**
 * Redoes everything that the certificate of a protected folder claims: hashes, thumbnails of the files as they are now,
 * accuracies, and the score of every draw. It computes on the processor, where they must come out the same to the last
 * picture if it was the processor that made them.
 *
 * @param path the protected folder, or the certificate in it.
 * @throws FixativeError `bundle-missing` when the job's private folder is not on this computer; as `openBundle`.
 */
export async function recertify(path: string, context: RecertifyContext): Promise<Recertification> {
  const { envelope, output, folder, bundle } = await openBundle(path, context.storage)
  const { statement } = envelope
  const { mismatches } = checkCertificate(envelope, EMPTY_RING)
  const checks: RecertifyCheck[] = [
    envelope.signed
      ? { name: 'signature', ok: true, detail: 'The signature is valid.' }
      : { name: 'signature', ok: false, detail: 'The signature is not valid.' },
    {
      name: 'numbers',
      ok: mismatches.length === 0,
      detail: mismatches[0] ?? 'The bounds follow from the counts in the certificate.',
    },
  ]
  const damaged = await damagedFile(folder, bundle)
  if (damaged) {
    checks.push({ name: 'bundle', ok: false, detail: `The private file "${damaged}" is not the one committed to.` })
    return { statement, checks, ok: false }
  }
  checks.push({ name: 'bundle', ok: true, detail: 'The private data are those that the certificate commits to.' })
  const images = (await folder.readJson(IMAGES_FILE, imagesSchema))!
  const opened: Opened = { statement, output, folder, bundle, images }
  checks.push(...(await checkFiles(opened, context)))
  const { certification } = statement.predicate
  if (certification) checks.push(...(await checkScores(opened, certification, context)))
  return { statement, checks, ok: checks.every(({ ok }) => ok) }
}

async function damagedFile(folder: JobFolder, { files }: Bundle): Promise<string | undefined> {
  for (const [name, sha256] of Object.entries(files)) {
    if ((await hashFile(folder.file(name))) !== sha256) return name
  }
  return undefined
}

/** The written files as they are now: their hashes, and the thumbnails that the surrogate was trained on. */
async function checkFiles(opened: Opened, context: RecertifyContext): Promise<RecertifyCheck[]> {
  const { statement, output, folder, bundle, images } = opened
  const { resolution } = bundle.settings
  const served = statement.predicate.channel?.served ?? null
  const hashes = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
  const different: string[] = []
  const otherPixels: string[] = []
  let done = 0
  const stored = await open(folder.file(EXPORTED_FILE), 'r')
  try {
    await inParallel(images.images, context.pool.size * 2, async ({ item, target }) => {
      const source = below(output, target)
      if ((await hashFile(source, context.signal)) !== hashes.get(target)) different.push(target)
      else {
        const { signal } = context
        const task = { sources: [source], resolution, served }
        const { items } = await context.pool.run('thumbnails', task, { signal })
        const [found] = items
        const expected = await readItem(stored, item, 3 * resolution ** 2)
        if (!found?.ok || Buffer.compare(found.pixels, expected) !== 0) otherPixels.push(target)
      }
      context.progress?.(++done, images.images.length, 'file')
    })
  } finally {
    await stored.close()
  }
  const [first] = different.sort()
  const [second] = otherPixels.sort()
  return [
    {
      name: 'files',
      ok: first === undefined && hashes.size === images.images.length,
      detail: first === undefined ? 'All files are as they were written.' : `"${first}" is missing or was changed.`,
    },
    {
      name: 'thumbnails',
      ok: second === undefined,
      detail:
        second === undefined
          ? 'A classifier still sees in the files what was certified.'
          : `"${second}" does not shrink to the pixels that were certified.`,
    },
  ]
}

async function readItem(file: FileHandle, item: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  await file.read(bytes, 0, size, item * size)
  return bytes
}

const surrogateSchema = z.looseObject({})
/** Share of the pictures that may come out otherwise on the processor when a device has made the draws. */
const OTHER_DEVICE = 0.01
/** Of a share that was a count. */
const ROUNDING = 1e-6

async function loadModel(folder: JobFolder, name: ModelName): Promise<Model> {
  const stored = await folder.readTensors(surrogateFile(name), surrogateSchema)
  const { parameters, statistics } = stored?.tensors ?? {}
  if (parameters && statistics) return { parameters, statistics }
  throw new FixativeError('job-damaged', `The surrogate "${name}" of the job is damaged.`, 'Protect the folder anew.')
}

/** Accuracies and draws of both surrogates, compared count by count. */
async function checkScores(
  { folder, bundle, images }: Opened,
  certification: Certification,
  context: RecertifyContext,
): Promise<RecertifyCheck[]> {
  const { settings, seed } = bundle
  const { signal, pool } = context
  const { smoothing, draws } = certification
  const program = programOf(settings, images.classes)
  const [train, test] = [images.images.filter((p) => !p.held), images.images.filter((p) => p.held)]
  const dataset = datasetOf(folder, ORIGINALS_FILE, settings.resolution, test)
  const run: typeof pool.run = (task, input) => pool.run(task, input, { signal })
  // Another device rounds differently: a picture between two classes may fall to either.
  const { devices } = await readProgress(folder)
  const leeway = (of: number): number => (devices.size === 0 ? 0 : Math.max(1, Math.floor(OTHER_DEVICE * of)))
  const wrong = { accuracy: [] as string[], draws: [] as string[] }
  const drawn = { protected: 0, control: 0 }

  const check = async (name: ModelName): Promise<void> => {
    const model = await loadModel(folder, name)
    const claimed = certification[name]
    const source = name === 'protected' ? EXPORTED_FILE : ORIGINALS_FILE
    const trainSet = datasetOf(folder, source, settings.resolution, train)
    const fits = await run('correct', { program, dataset: trainSet, model })
    const clean = await run('correct', { program, dataset, model })
    const differs = (count: number, share: number, of: number): boolean =>
      Math.abs(count - share * of) > leeway(of) + ROUNDING
    if (differs(fits, claimed.trainAccuracy, train.length)) wrong.accuracy.push(`${name} on its training pictures`)
    if (differs(clean, claimed.cleanAccuracy, test.length)) wrong.accuracy.push(`${name} on the held-out pictures`)
    const plan = { program, dataset, model, smoothing, seed: jobSeeds.draws(seed), draws }
    const correct = await drawScores(run, plan, NOWHERE, (done) => {
      drawn[name] = done
      context.progress?.(drawn.protected + drawn.control, 2 * draws, 'draw')
    })
    const differing = correct.filter((score, i) => Math.abs(score - claimed.correct[i]!) > leeway(test.length)).length
    if (differing > 0) wrong.draws.push(`${differing} of ${draws} draws of the ${name} surrogate`)
  }
  await Promise.all([check('protected'), check('control')])
  const made = [...devices].join(' and ')
  const where = made === '' ? '' : ` on the processor as on ${made}, give or take ${leeway(test.length)}`
  return [
    {
      name: 'accuracy',
      ok: wrong.accuracy.length === 0,
      detail: wrong.accuracy[0]
        ? `The accuracy of the surrogate (${wrong.accuracy[0]}) is another one.`
        : 'Both surrogates fit their training pictures as stated.',
    },
    {
      name: 'draws',
      ok: wrong.draws.length === 0,
      detail: wrong.draws[0]
        ? `The score of ${wrong.draws[0]} is another one.`
        : `All ${2 * draws} draws gave the same scores again${where}.`,
    },
  ]
}

/** A check starts from the beginning every time. */
const NOWHERE = { load: async () => undefined, save: async () => undefined }
