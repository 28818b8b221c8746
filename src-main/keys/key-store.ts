/** The signing key of this computer's user, and the keys of others that the user trusts. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyId, openEnvelope, publicKeyOf } from '../core/certificate/dsse.js'
import {
  NOTICE_TYPE,
  type NoticeEnvelope,
  openNotice,
  parseNotice,
  signRevocation,
  signSuccession,
} from '../core/certificate/notices.js'
import type { KeyRing, TrustedSigner } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import { type SignersFile, openSigners, signerName, withNotice, withSigner } from './signers-file.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'

/** Where the private key rests, as PKCS#8 PEM. The desktop app keeps it encrypted by the system's keychain. */
export interface KeyVault {
  /** In words, for the user. */
  readonly storedIn: string
  /** Null: no key yet. */
  read(): Promise<string | null>
  write(privatePem: string): Promise<void>
}

/** A public key in SPKI PEM form, and its SHA-256 in hex, which names it. */
export interface PublicKey {
  readonly publicKey: string
  readonly keyId: string
}

/** The key that signs, with the notices by which earlier ones name it as their successor. */
export interface SigningKey extends PublicKey {
  readonly privateKey: string
  readonly continuity: readonly NoticeEnvelope[]
}

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

export interface KeyStore {
  readonly storedIn: string
  /** The signing key, created on first use. */
  signer(): Promise<SigningKey>
  /** The public half of the signing key, or null as long as nothing was signed. */
  own(): Promise<PublicKey | null>
  /** What the certificates of this computer give as the issuer's name; null: none. */
  name(): Promise<string | null>
  setName(name: string | null): Promise<void>
  /** PKCS#8 PEM; encrypted (AES-256) when there is a passphrase. */
  exportPrivate(passphrase?: string): Promise<string>
  /**
   * Replaces the signing key; certificates by the former one stay known.
   * @throws FixativeError `key-invalid` for anything but an Ed25519 private key, `key-locked` for a wrong passphrase.
   */
  importPrivate(pem: string, passphrase?: string): Promise<PublicKey>
  /** Makes a new signing key, which the old one names as its successor. The notice is for everybody who trusts the old. */
  rotate(): Promise<PublicKey & { readonly notice: NoticeEnvelope }>
  /** Says, signed, that this computer's key must not be relied on, and makes a new one without any tie to it. */
  revokeOwn(mark: Mark): Promise<PublicKey & { readonly notice: NoticeEnvelope }>
  /** Everything that this computer knows of keys. @throws FixativeError `signers-damaged`. */
  ring(): Promise<KeyRing>
  /**
   * Adds a signer, or what a signer says about keys: a public key, a certificate by it, or a notice.
   * @throws FixativeError `key-invalid`, `notice-invalid`, `certificate-invalid`, `signature-invalid`.
   */
  trust(content: string, name?: string): Promise<Received>
  /** Takes a signer, by key id or the beginning of it, off the list. @throws FixativeError `signer-unknown`. */
  distrust(id: string): Promise<TrustedSigner>
  /** Marks a key of the list as not to be relied on, on this computer only. @throws FixativeError `signer-unknown`. */
  mark(id: string, mark: Mark): Promise<TrustedSigner>
}

/** Beside the readable key: the key as the desktop app keeps it, encrypted by the system. */
export const SEALED_KEY_FILE = 'signing-key.sealed'

/** The key as a file that only its owner can read. */
export function fileVault(folder: string): KeyVault {
  const path = join(folder, 'signing-key.pem')
  return {
    storedIn: path,
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          // A second key, made in silence, would split the user's certificates between two signers.
          if (!existsSync(join(folder, SEALED_KEY_FILE))) return null
          const message = 'The signing key is kept by the desktop app, encrypted by the system.'
          throw new FixativeError('key-sealed', message, 'Export it there, and import it here: fixative keys import.')
        }
        const hint = 'Check the permissions of the data folder.'
        throw new FixativeError('key-unreadable', `The signing key "${path}" cannot be read.`, hint, { cause: error })
      }
    },
    async write(privatePem) {
      await privateFolder(folder)
      await writeAtomically(path, privatePem)
    },
  }
}

const publicPem = (key: KeyObject): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
const privatePem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const named = (pem: string): PublicKey => ({ publicKey: pem, keyId: keyId(pem) })

function parsePrivate(pem: string, passphrase: string | undefined): KeyObject {
  const locked = pem.includes('ENCRYPTED')
  if (locked && !passphrase) {
    throw new FixativeError('key-locked', 'This key is encrypted.', 'Give the passphrase that it was exported with.')
  }
  let key: KeyObject
  try {
    key = createPrivateKey(passphrase ? { key: pem, passphrase } : pem)
  } catch (cause) {
    if (locked) {
      throw new FixativeError('key-locked', 'The passphrase does not fit this key.', 'Try again.', { cause })
    }
    throw notPrivate(cause)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw notPrivate()
  return key
}

function notPrivate(cause?: unknown): FixativeError {
  const hint = 'Use a file that `fixative keys export` wrote.'
  return new FixativeError('key-invalid', 'This is not an Ed25519 private key in PEM form.', hint, { cause })
}

/** Successions that a certificate carries at most: the newest ones. */
const MOST_ATTACHED = 50

/**
 * @param folder where the list of known signers is kept.
 * @param vault where the private key rests; default: a file in `folder`.
 */
export function openKeyStore(
  folder: string,
  vault: KeyVault = fileVault(folder),
  now: () => Date = () => new Date(),
): KeyStore {
  const signers = openSigners(folder)

  async function stored(): Promise<KeyObject | null> {
    const pem = await vault.read()
    if (pem === null) return null
    try {
      return parsePrivate(pem, undefined)
    } catch (cause) {
      const message = `The signing key (${vault.storedIn}) is damaged.`
      throw new FixativeError('key-damaged', message, 'Import the key from a backup, or remove it to get a new one.', {
        cause,
      })
    }
  }

  let creating: Promise<KeyObject> | undefined
  async function signingKey(): Promise<KeyObject> {
    const key = await stored()
    if (key) return key
    // Two jobs that sign at the same moment must not make two keys.
    creating ??= (async () => {
      const privateKey = newKey()
      await vault.write(privatePem(privateKey))
      return privateKey
    })().finally(() => (creating = undefined))
    return creating
  }

  const timestamp = (): string => now().toISOString()
  const formerOwn = (key: KeyObject): TrustedSigner => ({
    publicKey: publicPem(key),
    name: '',
    addedAt: timestamp(),
    source: 'own',
  })
  const spki = (pem: string): string => publicKeyOf(pem).export({ type: 'spki', format: 'pem' }).toString()

  /** Replaces the key by a new one. The notice is kept first: a key without its notice would be nobody's successor. */
  async function replace(key: KeyObject, fresh: KeyObject, notice: NoticeEnvelope) {
    const id = keyId(publicPem(key))
    await signers.change((file) => {
      // A successor that a crash kept from being stored was never used, and a second one would make both doubtful.
      const notices = file.notices.filter((envelope) => {
        const one = openNotice(envelope)
        return !(one.kind === 'succession' && keyId(one.from) === id)
      })
      return withNotice(withSigner({ ...file, notices }, formerOwn(key)), notice)
    })
    await vault.write(privatePem(fresh))
    return { ...named(publicPem(fresh)), notice }
  }

  function entry(file: SignersFile, id: string): TrustedSigner {
    const wanted = id.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase()
    const found = file.signers.filter(({ publicKey, name }) =>
      name !== '' && name === id ? true : wanted.length >= 8 && keyId(publicKey).startsWith(wanted),
    )
    if (found.length === 1) return found[0]!
    const message =
      found.length === 0 ? `There is no signer "${id}" on the list.` : `More than one signer on the list is "${id}".`
    throw new FixativeError('signer-unknown', message, 'Give the fingerprint, as `fixative keys trust list` prints it.')
  }

  return {
    storedIn: vault.storedIn,
    async signer() {
      const key = await signingKey()
      const own = named(publicPem(key))
      return { ...own, privateKey: privatePem(key), continuity: chainTo(own.keyId, (await signers.read()).notices) }
    },
    async own() {
      const key = await stored()
      return key && named(publicPem(key))
    },
    name: async () => (await signers.read()).name ?? null,
    setName: (name) => signers.change((file) => ({ ...file, name: name === null || name === '' ? undefined : name })),
    async exportPrivate(passphrase) {
      const key = await signingKey()
      return passphrase
        ? key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
        : privatePem(key)
    },
    async importPrivate(pem, passphrase) {
      const key = parsePrivate(pem, passphrase)
      const former = await stored().catch(() => null)
      if (former) await signers.change((file) => withSigner(file, formerOwn(former)))
      await vault.write(privatePem(key))
      return named(publicPem(key))
    },
    async rotate() {
      const key = await signingKey()
      const fresh = newKey()
      return replace(key, fresh, signSuccession(privatePem(key), privatePem(fresh), timestamp()))
    },
    async revokeOwn({ since, reason }) {
      const key = await signingKey()
      const notice = signRevocation(publicPem(key), privatePem(key), { since, reason, issuedAt: timestamp() })
      return replace(key, newKey(), notice)
    },
    async ring() {
      const [key, file] = await Promise.all([stored(), signers.read()])
      return { own: key && publicPem(key), signers: file.signers, notices: file.notices.map(openNotice) }
    },
    async trust(content, name) {
      if (!content.trimStart().startsWith('{')) {
        const publicKey = spki(content)
        await add({ publicKey, name: name ?? '', addedAt: timestamp(), source: 'file' })
        return { kind: 'signer', keyId: keyId(publicKey), name: name ?? '' }
      }
      if (content.includes(NOTICE_TYPE)) {
        const { envelope, notice } = parseNotice(content)
        const file = await signers.read()
        await signers.change((before) => withNotice(before, envelope))
        const about = keyId(notice.kind === 'succession' ? notice.from : notice.key)
        const known = file.signers.some(({ publicKey }) => keyId(publicKey) === about)
        return { kind: notice.kind, keyId: about, known }
      }
      const opened = openEnvelope(content)
      if (!opened.signed) {
        const hint = 'Get the file again from whoever made it.'
        throw new FixativeError('signature-invalid', 'The signature of this certificate is not valid.', hint)
      }
      const called = name ?? readableName(opened.statement.predicate.issuer.name)
      await add({ publicKey: spki(opened.publicKey), name: called, addedAt: timestamp(), source: 'certificate' })
      return { kind: 'signer', keyId: opened.keyId, name: called }
    },
    async distrust(id) {
      const found = entry(await signers.read(), id)
      await signers.change((file) => ({ ...file, signers: file.signers.filter((one) => !same(one, found)) }))
      return found
    },
    async mark(id, { since, reason }) {
      const marked = { ...entry(await signers.read(), id), revoked: { since, reason } }
      await add(marked)
      return marked
    },
  }

  async function add(signer: TrustedSigner): Promise<void> {
    const parsed = signerName.safeParse(signer.name)
    if (!parsed.success) {
      const message = 'This name cannot be used: it is too long, or has line breaks or control characters.'
      throw new FixativeError('name-invalid', message, 'Give another name.')
    }
    await signers.change((file) => withSigner(file, { ...signer, name: parsed.data }))
  }
}

const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey
const same = (a: TrustedSigner, b: TrustedSigner): boolean => keyId(a.publicKey) === keyId(b.publicKey)

/** A stranger's name as far as it can be shown. */
function readableName(name: string | undefined): string {
  const parsed = signerName.safeParse((name ?? '').replaceAll(/\p{C}/gu, ''))
  return parsed.success ? parsed.data : ''
}

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
