/** The signing key of this computer's user, and the keys of others that the user trusts. */
import { openNotice } from '../core/certificate/notices.js'
import type { KeyRing } from '../core/certificate/signers.js'
import { type KnownSigners, openKnownSigners } from './known-signers.js'
import { type OwnKey, openOwnKey } from './own-key.js'
import { publicPem } from './pem.js'
import { openSigners } from './signers-file.js'
import { openStoredKey } from './stored-key.js'
import { fileVault, type KeyVault } from './vault.js'

export interface KeyStore extends OwnKey, KnownSigners {
  readonly storedIn: string
  /** What the certificates of this computer give as the issuer's name; null: none. */
  name(): Promise<string | null>
  setName(name: string | null): Promise<void>
  /** Everything that this computer knows of keys. @throws FixativeError `signers-damaged`. */
  ring(): Promise<KeyRing>
}

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
  const stored = openStoredKey(vault)
  const timestamp = (): string => now().toISOString()
  return {
    ...openOwnKey(stored, signers, timestamp),
    ...openKnownSigners(signers, timestamp),
    get storedIn() {
      return vault.storedIn
    },
    name: async () => (await signers.read()).name ?? null,
    setName: (name) => signers.change((file) => ({ ...file, name: name === null || name === '' ? undefined : name })),
    async ring() {
      const [key, file] = await Promise.all([stored.read(), signers.read()])
      return { own: key && publicPem(key), signers: file.signers, notices: file.notices.map(openNotice) }
    },
  }
}
