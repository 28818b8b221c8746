/**
 * Which files are protected already: the hashes of all that Fixative has written on this computer, kept in the data
 * folder, and those in certificates that lie among the pictures.
 */
import { CERTIFICATE_NAME } from '../core/file-names.js'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { KeyRing } from '../core/certificate/signers.js'
import { findSigner } from '../core/certificate/signers.js'
import { privateFolder, syncFolder } from '../storage/folders.js'
import { readCertificate } from './verify-folder.js'

/** Why such a file is left out; stands in certificates, so it names no place. */
export const ALREADY_PROTECTED = 'It is protected already.'

const FILE = 'protected.jsonl'
const lineSchema = z.strictObject({ job: z.string(), at: z.string(), sha256: z.array(z.string()) })

/** SHA-256 of every file that was protected on this computer; lines that a crash has cut off do not count. */
export async function protectedHashes(root: string): Promise<Set<string>> {
  const text = await readFile(join(root, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const hashes = new Set<string>()
  for (const line of text.split('\n')) {
    try {
      for (const sha256 of lineSchema.parse(JSON.parse(line)).sha256) hashes.add(sha256)
    } catch {
      // Half a line: the job that wrote it did not end, and writes it again.
    }
  }
  return hashes
}

/** Notes what a job has written; on disk when it resolves. */
export async function addProtected(root: string, entry: z.infer<typeof lineSchema>): Promise<void> {
  await privateFolder(root)
  const file = await open(join(root, FILE), 'a', 0o600)
  try {
    // The line break in front ends whatever a crash has left.
    await file.appendFile(`\n${JSON.stringify(entry)}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
  await syncFolder(root)
}

export interface FoundCertificates {
  /** Listed by certificates of signers that the reader knows. */
  readonly hashes: ReadonlySet<string>
  /** Certificates of strangers: anybody could write one to keep somebody's pictures unprotected. */
  readonly strangers: readonly string[]
}

/**
 * What certificates among the pictures say.
 * @param folders relative paths with '/', '' for the top; the folders above them are looked at as well.
 */
export async function certifiedHashes(
  top: string,
  folders: Iterable<string>,
  ring: KeyRing,
): Promise<FoundCertificates> {
  const places = new Set([''])
  for (const folder of folders) {
    const parts = folder.split('/')
    for (let n = 1; n <= parts.length; n++) places.add(parts.slice(0, n).join('/'))
  }
  const hashes = new Set<string>()
  const strangers: string[] = []
  for (const place of places) {
    const path = join(top, ...place.split('/'), CERTIFICATE_NAME)
    const opened = await readCertificate(path).catch(() => null)
    if (!opened?.signed) continue
    const { state } = findSigner(opened.keyId, ring, opened.continuity)
    if (state === 'unknown' || state === 'revoked') strangers.push(path)
    else for (const { digest } of opened.statement.subject) hashes.add(digest.sha256)
  }
  return { hashes, strangers }
}
