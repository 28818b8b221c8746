/** The signing key of this computer's user, and the keys of others that the user trusts. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { keyId, publicKeyOf } from '../core/certificate/dsse.js'
import { FixativeError } from '../core/errors.js'
import { privateFolder, writeAtomically } from './storage.js'

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

export interface KeyStore {
  readonly storedIn: string
  /** The signing key, created on first use. */
  signer(): Promise<PublicKey & { readonly privateKey: string }>
  /** The public half of the signing key, or null as long as nothing was signed. */
  own(): Promise<PublicKey | null>
  /** PKCS#8 PEM; encrypted (AES-256) when there is a passphrase. */
  exportPrivate(passphrase?: string): Promise<string>
  /**
   * Replaces the signing key; certificates by the former one stay known.
   * @throws FixativeError `key-invalid` for anything but an Ed25519 private key, `key-locked` for a wrong passphrase.
   */
  importPrivate(pem: string, passphrase?: string): Promise<PublicKey>
  /** Keys whose certificates are by known signers, the former own ones among them. */
  trusted(): Promise<PublicKey[]>
  /** @throws FixativeError `key-invalid` for anything but an Ed25519 public key. */
  trust(publicPem: string): Promise<PublicKey>
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

/**
 * @param folder where trusted keys are kept, in its sub-folder `trusted`, one PEM file each.
 * @param vault where the private key rests; default: a file in `folder`.
 */
export function openKeyStore(folder: string, vault: KeyVault = fileVault(folder)): KeyStore {
  const trustedFolder = join(folder, 'trusted')

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
      const { privateKey } = generateKeyPairSync('ed25519')
      await vault.write(privatePem(privateKey))
      return privateKey
    })().finally(() => (creating = undefined))
    return creating
  }

  async function trust(pem: string): Promise<PublicKey> {
    const key = named(publicKeyOf(pem).export({ type: 'spki', format: 'pem' }).toString())
    await privateFolder(folder)
    await privateFolder(trustedFolder)
    await writeAtomically(join(trustedFolder, `${key.keyId}.pem`), key.publicKey)
    return key
  }

  return {
    storedIn: vault.storedIn,
    async signer() {
      const key = await signingKey()
      return { ...named(publicPem(key)), privateKey: privatePem(key) }
    },
    async own() {
      const key = await stored()
      return key && named(publicPem(key))
    },
    async exportPrivate(passphrase) {
      const key = await signingKey()
      return passphrase
        ? key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
        : privatePem(key)
    },
    async importPrivate(pem, passphrase) {
      const key = parsePrivate(pem, passphrase)
      const former = await stored().catch(() => null)
      if (former) await trust(publicPem(former))
      await vault.write(privatePem(key))
      return named(publicPem(key))
    },
    async trusted() {
      const names = await readdir(trustedFolder).catch(() => [])
      const keys: PublicKey[] = []
      for (const name of names.filter((n) => n.endsWith('.pem')).sort()) {
        try {
          keys.push(
            named(
              publicKeyOf(await readFile(join(trustedFolder, name), 'utf8'))
                .export({ type: 'spki', format: 'pem' })
                .toString(),
            ),
          )
        } catch {
          // A file that is no key makes no signer known; the others still count.
        }
      }
      return keys
    },
    trust,
  }
}
