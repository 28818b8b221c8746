/** The keys of others that the user trusts, or marks as not to be relied on. */
import { openEnvelope } from '../core/certificate/dsse.js'
import { keyId } from '../core/certificate/encoding.js'
import { NOTICE_TYPE, parseNotice } from '../core/certificate/notices.js'
import type { TrustedSigner } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import { plainPublicPem } from './pem.js'
import { type SignersFile, type SignersStore, signerName, withNotice, withSigner } from './signers-file.js'

/** What came of a file that was given to be trusted. */
export type Received =
  | { readonly kind: 'signer'; readonly keyId: string; readonly name: string }
  /** `known`: the notice is about a key on the list, and so has an effect. */
  | { readonly kind: 'succession' | 'revocation'; readonly keyId: string; readonly known: boolean }

export interface Mark {
  /** ISO 8601. */
  readonly since: string
  readonly reason: string
}

export interface KnownSigners {
  /**
   * Adds a signer, or what a signer says about keys: a public key, a certificate by it, or a notice.
   * @throws FixativeError `key-invalid`, `notice-invalid`, `certificate-invalid`, `signature-invalid`, `name-invalid`.
   */
  trust(content: string, name?: string): Promise<Received>
  /** Takes a signer, by key id or the beginning of it, off the list. @throws FixativeError `signer-unknown`. */
  distrust(id: string): Promise<TrustedSigner>
  /** Marks a key of the list as not to be relied on, on this computer only. @throws FixativeError `signer-unknown`. */
  mark(id: string, mark: Mark): Promise<TrustedSigner>
}

/** @param timestamp the time now, ISO 8601 */
export function openKnownSigners(signers: SignersStore, timestamp: () => string): KnownSigners {
  const add = async (signer: TrustedSigner): Promise<void> => {
    const checked = { ...signer, name: usableName(signer.name) }
    await signers.change((file) => withSigner(file, checked))
  }
  const trustKey = async (pem: string, name: string, source: 'file' | 'certificate'): Promise<Received> => {
    const publicKey = plainPublicPem(pem)
    await add({ publicKey, name, addedAt: timestamp(), source })
    return { kind: 'signer', keyId: keyId(publicKey), name }
  }

  return {
    async trust(content, name) {
      if (!content.trimStart().startsWith('{')) return trustKey(content, name ?? '', 'file')
      if (content.includes(NOTICE_TYPE)) return receiveNotice(signers, content)
      const { issuer, publicKey } = signedIssuer(content)
      return trustKey(publicKey, name ?? readableName(issuer), 'certificate')
    },
    async distrust(id) {
      const found = entryOf(await signers.read(), id)
      await signers.change((file) => ({ ...file, signers: file.signers.filter((one) => !sameKey(one, found)) }))
      return found
    },
    async mark(id, { since, reason }) {
      const marked = { ...entryOf(await signers.read(), id), revoked: { since, reason } }
      await add(marked)
      return marked
    },
  }
}

async function receiveNotice(signers: SignersStore, content: string): Promise<Received> {
  const { envelope, notice } = parseNotice(content)
  const file = await signers.read()
  await signers.change((before) => withNotice(before, envelope))
  const about = keyId(notice.kind === 'succession' ? notice.from : notice.key)
  const known = file.signers.some(({ publicKey }) => keyId(publicKey) === about)
  return { kind: notice.kind, keyId: about, known }
}

/** The key of a certificate that is validly signed, and the name that it gives for its signer. */
function signedIssuer(certificate: string): { publicKey: string; issuer: string | undefined } {
  const { signed, publicKey, statement } = openEnvelope(certificate)
  if (!signed) {
    const hint = 'Get the file again from whoever made it.'
    throw new FixativeError('signature-invalid', 'The signature of this certificate is not valid.', hint)
  }
  return { publicKey, issuer: statement.predicate.issuer.name }
}

/** The one entry of a name, a key id, or the beginning of one: eight hex digits or more. */
function entryOf(file: SignersFile, id: string): TrustedSigner {
  const wanted = id.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase()
  const found = file.signers.filter(({ publicKey, name }) =>
    name !== '' && name === id ? true : wanted.length >= 8 && keyId(publicKey).startsWith(wanted),
  )
  if (found.length === 1) return found[0]!
  const message =
    found.length === 0 ? `There is no signer "${id}" on the list.` : `More than one signer on the list is "${id}".`
  throw new FixativeError('signer-unknown', message, 'Give the fingerprint, as `fixative keys trust list` prints it.')
}

const sameKey = (a: TrustedSigner, b: TrustedSigner): boolean => keyId(a.publicKey) === keyId(b.publicKey)

function usableName(name: string): string {
  const parsed = signerName.safeParse(name)
  if (parsed.success) return parsed.data
  const message = 'This name cannot be used: it is too long, or has line breaks or control characters.'
  throw new FixativeError('name-invalid', message, 'Give another name.')
}

/** A stranger's name as far as it can be shown. */
function readableName(name: string | undefined): string {
  const parsed = signerName.safeParse((name ?? '').replaceAll(/\p{C}/gu, ''))
  return parsed.success ? parsed.data : ''
}
