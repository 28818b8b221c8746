/** Ed25519 keys and the PEM forms in which they are stored and handed on. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { keyId, publicKeyOf } from '../core/certificate/encoding.js'
import { FixativeError } from '../core/errors.js'

/** A public key in SPKI PEM form, and its SHA-256 in hex, which names it. */
export interface PublicKey {
  readonly publicKey: string
  readonly keyId: string
}

/** A new private key. */
export const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

/** The public half of a private key, as SPKI PEM. */
export const publicPem = (key: KeyObject): string => spki(createPublicKey(key))

/** The public half of a private key, with its name. */
export function publicHalf(key: KeyObject): PublicKey {
  const publicKey = publicPem(key)
  return { publicKey, keyId: keyId(publicKey) }
}

/**
 * A public key in the one form in which keys are kept, whatever PEM it was given as: of a private key the public half.
 * @throws FixativeError `key-invalid`
 */
export const plainPublicPem = (pem: string): string => spki(publicKeyOf(pem))

/** PKCS#8 PEM; encrypted (AES-256) when there is a passphrase. */
export function privatePem(key: KeyObject, passphrase?: string): string {
  const locked = passphrase ? { cipher: 'aes-256-cbc', passphrase } : {}
  return key.export({ type: 'pkcs8', format: 'pem', ...locked }).toString()
}

/** @throws FixativeError `key-invalid` for anything but an Ed25519 private key, `key-locked` for a wrong passphrase. */
export function parsePrivate(pem: string, passphrase?: string): KeyObject {
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
