/** How anything signed is written: keys and their names, base64, unambiguous JSON, and the bytes under a signature. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { FixativeError } from '../errors.js'

/** Standard alphabet, padded, nothing else: Buffer alone would pass over whatever is not base64. */
export const base64 = z.string().refine((text) => Buffer.from(text, 'base64').toString('base64') === text)

/** SPKI. A private key in its place would parse just as well, so the form is checked. */
export const publicKeyPem = z
  .string()
  .max(1_000)
  .regex(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/)

/** Pre-authentication encoding of DSSE: "DSSEv1" SP len(type) SP type SP len(body) SP body; lengths in bytes. */
export function preAuthentication(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType)
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload])
}

/** SHA-256 of the key's DER form, in hex: how a key is named. @throws FixativeError `key-invalid`. */
export function keyId(publicKeyPem: string): string {
  const der = publicKeyOf(publicKeyPem).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex')
}

/** @throws FixativeError `key-invalid` for anything but an Ed25519 public key (a private one is reduced to it). */
export function publicKeyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Falls through to the one error: what exactly is wrong inside a key is of no use to the reader.
  }
  throw new FixativeError(
    'key-invalid',
    'This is not an Ed25519 key in PEM form.',
    'Export the key with `fixative keys export`.',
  )
}

/**
 * JSON that is written the one way that `JSON.stringify` writes it (up to `layout`). Duplicate keys, which one reader
 * takes the first of and another the last, and escapes that hide a name do not pass.
 * @throws SyntaxError when it is not JSON, RangeError when its form is ambiguous or it is nested too deep.
 */
export function canonicalJson(json: string, layout: (json: string) => string = (text) => text): unknown {
  const value: unknown = JSON.parse(json)
  if (JSON.stringify(value) !== layout(json)) throw new RangeError('JSON of an ambiguous form')
  return value
}
