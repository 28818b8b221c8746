/**
 * The private bundle: from what a certificate was made. It stays in the job's folder; the certificate holds its hash, by
 * which the owner can later prove, and recompute, everything.
 */
import { CERTIFICATE_NAME } from '../core/file-names.js'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { OpenedEnvelope } from '../core/certificate/dsse.js'
import { FixativeError } from '../core/errors.js'
import { settingsSchema } from '../core/settings.js'
import type { JobRecord } from './journal.js'
import type { JobFolder, Storage } from '../storage/folders.js'
import { hashFile, readCertificate } from '../certificates/verify-folder.js'

const BUNDLE_FILE = 'bundle.json'

const bundleSchema = z.strictObject({
  version: z.literal(1),
  seed: z.string(),
  settings: settingsSchema,
  /** SHA-256 of each private file, by its name in the job's folder. */
  files: z.record(z.string().regex(/^[a-z0-9.-]+$/), z.string().regex(/^[0-9a-f]{64}$/)),
})
export type Bundle = z.infer<typeof bundleSchema>

/** The pictures that a certificate speaks of, as the surrogates saw them. */
export const IMAGES_FILE = 'pictures.json'
export const imagesSchema = z.strictObject({
  classes: z.int().min(1),
  images: z.array(
    z.strictObject({
      /** Index in the thumbnail files. */
      item: z.int().min(0),
      label: z.int().min(0),
      /** Path of the protected file below the output folder. */
      target: z.string().min(1),
      /** Set aside for the test. */
      held: z.boolean(),
    }),
  ),
})
export type BundledImages = z.infer<typeof imagesSchema>

/** Writes the bundle and returns the SHA-256 of its bytes, in hex. */
export async function writeBundle(folder: JobFolder, record: JobRecord, names: readonly string[]): Promise<string> {
  const files: Record<string, string> = {}
  for (const name of [...names].sort()) {
    const sha256 = await hashFile(folder.file(name))
    if (sha256 !== undefined) files[name] = sha256
  }
  const bundle: Bundle = { version: 1, seed: record.seed, settings: record.settings, files }
  await folder.writeJson(BUNDLE_FILE, bundle)
  return (await hashFile(folder.file(BUNDLE_FILE)))!
}

/**
 * The job whose bundle has this hash; null: it is not on this computer.
 * @throws FixativeError `bundle-of-other-version` when this version does not know its settings
 */
export async function findBundle(
  storage: Storage,
  sha256: string,
): Promise<{ folder: JobFolder; bundle: Bundle } | null> {
  for (const id of await storage.jobs()) {
    const folder = storage.job(id)
    const bytes = await readFile(folder.file(BUNDLE_FILE)).catch(() => null)
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha256) continue
    const parsed = bundleSchema.safeParse(JSON.parse(bytes.toString('utf8')))
    if (parsed.success) return { folder, bundle: parsed.data }
    const message =
      'The private files of this certificate are of another version of Fixative, and cannot be recomputed.'
    throw new FixativeError('bundle-of-other-version', message, 'Its signature and bounds can still be verified.')
  }
  return null
}

/** What a certificate was made from, opened. */
export interface OpenedBundle {
  readonly envelope: OpenedEnvelope
  /** The protected folder. */
  readonly output: string
  readonly folder: JobFolder
  readonly bundle: Bundle
}

/**
 * @param path the protected folder, or the certificate in it
 * @throws FixativeError `bundle-missing` when the job's private folder is not on this computer; as `readCertificate` and
 *   `findBundle`
 */
export async function openBundle(path: string, storage: Storage): Promise<OpenedBundle> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
  const envelope = await readCertificate(isFolder ? join(path, CERTIFICATE_NAME) : path)
  const found = await findBundle(storage, envelope.statement.predicate.private.sha256)
  if (!found) throw bundleMissing()
  return { envelope, output: isFolder ? path : dirname(path), ...found }
}

export function bundleMissing(): FixativeError {
  const message = 'The private data that this certificate was made from is not on this computer.'
  const hint = 'Run this where the pictures were protected, as the same user, unless the job was removed there.'
  return new FixativeError('bundle-missing', message, hint)
}
