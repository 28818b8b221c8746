/** The signing key and the known signers, as the window shows them. */
import { readFile } from 'node:fs/promises'
import type { KeyInfo, KnownSigner, SignersChanged } from '../../src-shared/contract/index.js'
import { keyId } from '../core/certificate/dsse.js'
import { findSigner, fingerprint } from '../core/certificate/signers.js'
import type { KeyStore } from '../keys/key-store.js'
import type { Received } from '../keys/known-signers.js'
import type { PublicKey } from '../keys/pem.js'
import { readCertificate } from '../certificates/verify-folder.js'

/** What the window shows of the signing key; makes the key if there is none yet. */
export async function keyInfo(keys: KeyStore): Promise<KeyInfo> {
  return keyInfoOf(await keys.signer(), keys.storedIn)
}

export function keyInfoOf({ publicKey, keyId }: PublicKey, storedIn: string): KeyInfo {
  return { fingerprint: fingerprint(keyId), publicKey, storedIn }
}

export async function knownSigners(keys: KeyStore): Promise<KnownSigner[]> {
  const ring = await keys.ring()
  return ring.signers.map(({ publicKey, name, source, addedAt }) => {
    const id = keyId(publicKey)
    return { keyId: id, fingerprint: fingerprint(id), name, source, addedAt, revoked: findSigner(id, ring).revoked }
  })
}

const changed = async (keys: KeyStore, message: string): Promise<SignersChanged> => ({
  signers: await knownSigners(keys),
  message,
})

function said(received: Received): string {
  if (received.kind === 'signer') {
    return received.name === '' ? 'The signer is known now.' : `“${received.name}” is a known signer now.`
  }
  const what = received.kind === 'succession' ? 'names a successor of a key' : 'revokes a key'
  return received.known
    ? `The notice ${what} on the list, and counts from now on.`
    : `The notice ${what} that is not on the list: for now it changes nothing.`
}

/** @throws FixativeError as `KeyStore.trust` */
export async function addSigner(keys: KeyStore, content: string, name: string): Promise<SignersChanged> {
  return changed(keys, said(await keys.trust(content, name === '' ? undefined : name)))
}

/** @throws FixativeError as `KeyStore.trust` and `readCertificate` */
export async function trustCertificate(keys: KeyStore, certificate: string, name: string): Promise<SignersChanged> {
  await readCertificate(certificate)
  return addSigner(keys, await readFile(certificate, 'utf8'), name)
}

/** @throws FixativeError `signer-unknown` */
export async function removeSigner(keys: KeyStore, id: string): Promise<SignersChanged> {
  await keys.distrust(id)
  return changed(keys, 'The signer is not on the list any more.')
}

/** @throws FixativeError `signer-unknown` */
export async function markSigner(keys: KeyStore, id: string, reason: string): Promise<SignersChanged> {
  await keys.mark(id, { since: new Date().toISOString(), reason })
  return changed(keys, 'Certificates by this key are not relied on any more on this computer.')
}
