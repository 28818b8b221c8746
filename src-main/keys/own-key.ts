/** The key that signs: how it is used, moved to another computer, and replaced. */
import type { KeyObject } from 'node:crypto'
import { keyId } from '../core/certificate/encoding.js'
import { type NoticeEnvelope, openNotice, signRevocation, signSuccession } from '../core/certificate/notices.js'
import type { TrustedSigner } from '../core/certificate/signers.js'
import type { Mark } from './known-signers.js'
import { type PublicKey, newKey, parsePrivate, privatePem, publicHalf, publicPem } from './pem.js'
import { type SignersFile, type SignersStore, withNotice, withSigner } from './signers-file.js'
import type { StoredKey } from './stored-key.js'

/** The key that signs, with the notices by which earlier ones name it as their successor. */
export interface SigningKey extends PublicKey {
  readonly privateKey: string
  readonly continuity: readonly NoticeEnvelope[]
}

/** A new key, and what its predecessor has signed about the change. */
export type Replaced = PublicKey & { readonly notice: NoticeEnvelope }

export interface OwnKey {
  /** The signing key, created on first use. */
  signer(): Promise<SigningKey>
  /** The public half of the signing key, or null as long as nothing was signed. */
  own(): Promise<PublicKey | null>
  /** PKCS#8 PEM; encrypted (AES-256) when there is a passphrase. */
  exportPrivate(passphrase?: string): Promise<string>
  /**
   * Replaces the signing key; certificates by the former one stay known.
   * @throws FixativeError `key-invalid` for anything but an Ed25519 private key, `key-locked` for a wrong passphrase.
   */
  importPrivate(pem: string, passphrase?: string): Promise<PublicKey>
  /** Makes a new signing key, which the old one names as its successor. The notice is for everybody who trusts the old. */
  rotate(): Promise<Replaced>
  /** Says, signed, that this computer's key must not be relied on, and makes a new one without any tie to it. */
  revokeOwn(mark: Mark): Promise<Replaced>
}

/** @param timestamp the time now, ISO 8601 */
export function openOwnKey(stored: StoredKey, signers: SignersStore, timestamp: () => string): OwnKey {
  const replace = async (key: KeyObject, fresh: KeyObject, notice: NoticeEnvelope): Promise<Replaced> => {
    // The notice is kept first: a key without its notice would be nobody's successor.
    await signers.change((file) =>
      withNotice(withSigner(withoutSuccessor(file, key), former(key, timestamp())), notice),
    )
    await stored.write(fresh)
    return { ...publicHalf(fresh), notice }
  }

  return {
    async signer() {
      const key = await stored.ensure()
      const own = publicHalf(key)
      return { ...own, privateKey: privatePem(key), continuity: chainTo(own.keyId, (await signers.read()).notices) }
    },
    async own() {
      const pem = await stored.readPublic()
      return pem === null ? null : { publicKey: pem, keyId: keyId(pem) }
    },
    exportPrivate: async (passphrase) => privatePem(await stored.ensure(), passphrase),
    async importPrivate(pem, passphrase) {
      const key = parsePrivate(pem, passphrase)
      const before = await stored.read().catch(() => null)
      if (before) await signers.change((file) => withSigner(file, former(before, timestamp())))
      await stored.write(key)
      return publicHalf(key)
    },
    async rotate() {
      const key = await stored.ensure()
      const fresh = newKey()
      return replace(key, fresh, signSuccession(privatePem(key), privatePem(fresh), timestamp()))
    },
    async revokeOwn({ since, reason }) {
      const key = await stored.ensure()
      const notice = signRevocation(publicPem(key), privatePem(key), { since, reason, issuedAt: timestamp() })
      return replace(key, newKey(), notice)
    },
  }
}

/** A key that this computer has signed with, as its entry on the list. */
const former = (key: KeyObject, addedAt: string): TrustedSigner => ({
  publicKey: publicPem(key),
  name: '',
  addedAt,
  source: 'own',
})

/** A successor that a crash kept from being stored was never used, and a second one would make both doubtful. */
function withoutSuccessor(file: SignersFile, key: KeyObject): SignersFile {
  const id = keyId(publicPem(key))
  const notices = file.notices.filter((envelope) => {
    const notice = openNotice(envelope)
    return !(notice.kind === 'succession' && keyId(notice.from) === id)
  })
  return { ...file, notices }
}

/** Successions that a certificate carries at most: the newest ones. */
const MOST_ATTACHED = 50

/** The successions that lead to a key, oldest first. */
function chainTo(id: string, notices: readonly NoticeEnvelope[]): NoticeEnvelope[] {
  const chain: NoticeEnvelope[] = []
  for (let at: string | null = id; at !== null;) {
    const to: string = at
    at = null
    for (const envelope of notices) {
      const notice = openNotice(envelope)
      if (notice.kind !== 'succession' || keyId(notice.to) !== to || chain.includes(envelope)) continue
      chain.unshift(envelope)
      at = keyId(notice.from)
    }
  }
  return chain.slice(-MOST_ATTACHED)
}
