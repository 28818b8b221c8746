/** The signing key of this computer's user, and the keys of others that the user trusts. */
import { openNotice } from '../core/certificate/notices.js'
import type { KeyRing } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import { type KnownSigners, openKnownSigners } from './known-signers.js'
import { type OwnKey, openOwnKey } from './own-key.js'
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
  const stored = openStoredKey(vault, folder)
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
      const unopened = (error: unknown): null => {
        // To check what others have signed, the own key is not needed.
        if (error instanceof FixativeError && error.code === 'key-sealed') return null
        throw error
      }
      const [own, file] = await Promise.all([stored.readPublic().catch(unopened), signers.read()])
      return { own, signers: file.signers, notices: file.notices.map(openNotice) }
    },
  }
}
