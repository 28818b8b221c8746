/** Verification for programs that use Fixative: with the signers that this user knows, or with one given key. */
import { resolve } from 'node:path'
import { publicKeyOf } from '../core/certificate/encoding.js'
import type { KeyRing } from '../core/certificate/signers.js'
import { type Verification, verify as verifyFolder } from '../certificates/verify-folder.js'
import { openKeyStore } from '../keys/key-store.js'
import { openStorage } from '../storage/folders.js'

export interface VerifyOptions {
  /** Public key, PEM: the signer must be its owner. Default: any signer; `signer` says whether this user knows it. */
  readonly trust?: string
  /** Folder of the originals: none of them may be among the protected files. */
  readonly originals?: string
  /** Default: that of this user. */
  readonly dataFolder?: string
  readonly signal?: AbortSignal
  /** Files checked so far, of all. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Checks a protected folder: signature, signer, every file by its hash, and that the bounds follow from the counts.
 *
 * @param path a protected folder, or the certificate in it.
 * @returns what was found; `ok` only if nothing speaks against it.
 * @throws FixativeError `not-found`, `certificate-missing`, `certificate-invalid`, `key-invalid`, or `cancelled`.
 */
export async function verify(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const { trust, originals, dataFolder, signal, onProgress } = options
  const ring = await openKeyStore(openStorage(dataFolder).keys).ring()
  const verification = await verifyFolder(resolve(path), {
    ring: trust === undefined ? ring : onlySigner(trust, ring),
    ...(originals === undefined ? {} : { originals: resolve(originals) }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { progress: onProgress }),
  })
  return trust !== undefined && verification.signer.state === 'unknown' ? { ...verification, ok: false } : verification
}

/** The one key that counts, what it has named as its successors, and what the reader has said against it. */
function onlySigner(pem: string, { signers, notices }: KeyRing): KeyRing {
  const publicKey = publicKeyOf(pem).export({ type: 'spki', format: 'pem' }).toString()
  const listed = signers.find((signer) => signer.publicKey === publicKey)
  const given = { publicKey, name: '', addedAt: new Date().toISOString(), source: 'file' } as const
  return { own: null, signers: [listed ?? given], notices }
}
