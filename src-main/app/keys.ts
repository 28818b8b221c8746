import { fingerprint } from '../core/certificate/signers.js'
import type { KeyInfo } from '../../src-shared/contract/index.js'
import type { KeyStore } from '../keys/key-store.js'
import type { PublicKey } from '../keys/pem.js'

/** What the window shows of the signing key; makes the key if there is none yet. */
export async function keyInfo(keys: KeyStore): Promise<KeyInfo> {
  const { publicKey, keyId } = await keys.signer()
  return infoOf({ publicKey, keyId }, keys.storedIn)
}

export function infoOf({ publicKey, keyId }: PublicKey, storedIn: string): KeyInfo {
  return { fingerprint: fingerprint(keyId), publicKey, storedIn }
}
