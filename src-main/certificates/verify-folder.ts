/** Checks a protected folder against its certificate: signature, signer, and every file by its hash. */
import { CERTIFICATE_NAME, REPORT_NAME, isSystemFile } from '../core/file-names.js'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type OpenedEnvelope, MAX_ENVELOPE, openEnvelope } from '../core/certificate/dsse.js'
import type { Statement } from '../core/certificate/schema.js'
import type { KeyRing } from '../core/certificate/signers.js'
import { type CertificateCheck, checkCertificate } from '../core/certificate/verify.js'
import { FixativeError } from '../core/errors.js'
import type { Progress } from '../core/job-events.js'

export interface FileCheck {
  readonly matching: number
  /** Relative paths, with '/'. */
  readonly modified: readonly string[]
  readonly missing: readonly string[]
  readonly extra: readonly string[]
}

/** Whether originals were given, and which of them are the same as their protected file: those are not protected. */
export interface OriginalsCheck {
  readonly compared: number
  readonly unchanged: readonly string[]
}

export interface Verification extends CertificateCheck {
  readonly statement: Statement
  readonly keyId: string
  readonly files: FileCheck
  readonly originals: OriginalsCheck | null
  /** True when the signature is valid, its key not revoked, no file differs and every number follows from the counts. */
  readonly ok: boolean
}

export interface VerifyOptions {
  /** What the reader knows of keys. */
  readonly ring: KeyRing
  readonly originals?: string
  readonly signal?: AbortSignal
  readonly progress?: Progress
}

/**
 * @param path a protected folder, or the certificate in it.
 * @throws FixativeError `not-found`, `certificate-missing`, `certificate-invalid`, or `cancelled`.
 */
export async function verify(path: string, options: VerifyOptions): Promise<Verification> {
  const { certificate, folder } = await locate(path)
  const envelope = await readCertificate(certificate)
  const check = checkCertificate(envelope, options.ring)
  const files = await checkFiles(folder, envelope.statement, basename(certificate), options)
  const originals = options.originals ? await compareOriginals(options.originals, envelope.statement, options) : null
  const same = files.modified.length + files.missing.length + files.extra.length === 0
  const ok =
    check.signature === 'valid' &&
    check.signer.state !== 'revoked' &&
    check.mismatches.length === 0 &&
    same &&
    (originals?.unchanged.length ?? 0) === 0
  return { ...check, statement: envelope.statement, keyId: envelope.keyId, files, originals, ok }
}

/** Reads and parses a certificate file of limited size. @throws FixativeError as `verify`. */
export async function readCertificate(path: string): Promise<OpenedEnvelope> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw new FixativeError(
      'certificate-missing',
      `There is no certificate at ${path}.`,
      'Choose a protected folder.',
      {
        cause: error,
      },
    )
  })
  if (size > MAX_ENVELOPE) {
    throw new FixativeError('certificate-invalid', `${path} is too large to be a certificate.`, 'Choose another file.')
  }
  return openEnvelope(await readFile(path))
}

/** @throws FixativeError `signature-invalid` unless the certificate is as it was signed. */
export function requireSigned({ signed }: OpenedEnvelope, path: string): void {
  if (signed) return
  throw new FixativeError(
    'signature-invalid',
    `The certificate "${path}" was changed after it was signed, so nothing is made of it.`,
    'Get the file again from whoever made it.',
  )
}

async function locate(path: string): Promise<{ certificate: string; folder: string }> {
  const found = await stat(path).catch((error: unknown) => {
    throw new FixativeError('not-found', `There is nothing at ${path}.`, 'Check the name.', { cause: error })
  })
  return found.isDirectory()
    ? { certificate: join(path, CERTIFICATE_NAME), folder: path }
    : { certificate: path, folder: dirname(path) }
}

async function checkFiles(
  folder: string,
  { subject }: Statement,
  certificateName: string,
  { signal, progress }: VerifyOptions,
): Promise<FileCheck> {
  const modified: string[] = []
  const missing: string[] = []
  let matching = 0
  for (const [i, { name, digest }] of subject.entries()) {
    const sha256 = await hashFile(join(folder, ...name.split('/')), signal)
    if (sha256 === undefined) missing.push(name)
    else if (sha256 !== digest.sha256) modified.push(name)
    else matching++
    progress?.(i + 1, subject.length)
  }
  const own = new Set([certificateName, CERTIFICATE_NAME, REPORT_NAME])
  const listed = new Set(subject.map(({ name }) => name))
  const extra: string[] = []
  const expected = (name: string): boolean => listed.has(name) || own.has(name) || isSystemFile(name)
  for await (const name of filesBelow(folder)) if (!expected(name)) extra.push(name)
  return { matching, modified, missing, extra: extra.sort() }
}

/** A protected file with the bytes of its original was never protected. Names are compared without the extension. */
async function compareOriginals(
  folder: string,
  { subject }: Statement,
  { signal }: VerifyOptions,
): Promise<OriginalsCheck> {
  const protectedFiles = new Map(subject.map(({ name, digest }) => [digest.sha256, name]))
  const unchanged: string[] = []
  let compared = 0
  for await (const name of filesBelow(folder)) {
    const sha256 = await hashFile(join(folder, ...name.split('/')), signal)
    if (sha256 === undefined) continue
    compared++
    const same = protectedFiles.get(sha256)
    if (same !== undefined) unchanged.push(same)
  }
  return { compared, unchanged: unchanged.sort() }
}

/** Every file below a folder, as a relative path with '/'; links are not followed. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const pending = ['']
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const entries = await readdir(join(folder, at), { withFileTypes: true }).catch((error: unknown) => {
      throw new FixativeError('not-found', `The folder ${join(folder, at)} cannot be read.`, 'Check its permissions.', {
        cause: error,
      })
    })
    for (const entry of entries) {
      const name = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) pending.push(name)
      else yield name
    }
  }
}

/** SHA-256 in hex of a file's bytes, read as a stream; undefined when there is no such regular file. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string | undefined> {
  if (signal?.aborted) throw new FixativeError('cancelled', 'The check was cancelled.')
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
