import { safeStorage } from 'electron'
import { FixativeError } from '../core/errors.js'

/** Encrypts small secrets with a key that the operating system keeps for this user. */
export interface Keychain {
  /** Where that key lives, in words; says so when it protects nothing. */
  readonly storedIn: string
  /** False: the system has no usable store, and `seal` would only hide the text from a glance. */
  readonly secure: boolean
  seal(text: string): Promise<Uint8Array>
  /**
   * `reseal`: the system has changed its key, so the text should be sealed and stored again.
   *
   * @throws FixativeError `keychain-locked` when the system does not give the text back
   */
  open(sealed: Uint8Array): Promise<{ text: string; reseal: boolean }>
}

const STORES: Readonly<Record<string, string>> = {
  gnome_libsecret: 'the GNOME keyring of this user',
  kwallet: 'the KDE wallet of this user',
  kwallet5: 'the KDE wallet of this user',
  kwallet6: 'the KDE wallet of this user',
}

/** What Chromium puts before a text that it has encrypted, on Linux, with a password that stands in its source. */
const FIXED_PASSWORD = 'v10'

/**
 * The keychain of this system; null where there is none (or only a fixed password that anyone can read in Chromium's
 * source), with the reason in words. It may wait for the user to unlock a keyring. Must run after Electron is ready.
 */
export async function openKeychain(): Promise<{ keychain: Keychain | null; reason: string }> {
  const { platform } = process
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return { keychain: null, reason: plain(platform) }
  if (platform === 'linux') {
    // Neither "available" nor the name of the backend tells; what comes out does.
    const sealed = await safeStorage.encryptStringAsync('probe').catch(() => null)
    if (sealed === null || sealed.toString('latin1', 0, FIXED_PASSWORD.length) === FIXED_PASSWORD) {
      return { keychain: null, reason: plain(platform) }
    }
    const store = STORES[safeStorage.getSelectedStorageBackend()] ?? 'the keyring of this user'
    return { keychain: systemKeychain(store), reason: '' }
  }
  const store = platform === 'darwin' ? 'the macOS keychain of this user' : 'Windows data protection of this user'
  return { keychain: systemKeychain(store), reason: '' }
}

function plain(platform: NodeJS.Platform): string {
  const advice = platform === 'linux' ? ' (install and unlock a keyring, such as gnome-keyring, to change that)' : ''
  return (
    'This system offers no keychain, so the signing key is in a file that only your user account can read, ' +
    `without further encryption${advice}.`
  )
}

function systemKeychain(store: string): Keychain {
  return {
    storedIn: `Encrypted in the data folder; the key to it is in ${store}.`,
    secure: true,
    seal: async (text) => new Uint8Array(await safeStorage.encryptStringAsync(text)),
    open: async (sealed) => {
      try {
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(sealed))
        return { text: result, reseal: shouldReEncrypt }
      } catch (cause) {
        throw new FixativeError(
          'keychain-locked',
          `The signing key cannot be decrypted with ${store}.`,
          'Unlock the keychain and open Fixative again, or import the key from a backup in the settings.',
          { cause },
        )
      }
    },
  }
}
