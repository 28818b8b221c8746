import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileVault, SEALED_KEY_FILE, type KeyVault } from '../keys/vault.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'
import { openKeychain, type Keychain } from './keychain.js'

const NOT_OPENED = 'In the data folder.'

/**
 * The signing key in `folder`, encrypted by the system. A key that the command line made there before is taken over,
 * and its readable file removed once the encrypted one is on disk.
 *
 * @throws FixativeError `keychain-locked` (from `read`) when the system does not decrypt it
 */
export function keychainVault(folder: string, keychain: Keychain): KeyVault {
  const path = join(folder, SEALED_KEY_FILE)
  const readable = fileVault(folder)
  const write = async (privatePem: string): Promise<void> => {
    await privateFolder(folder)
    await writeAtomically(path, await keychain.seal(privatePem))
  }
  return {
    storedIn: keychain.storedIn,
    async read() {
      const sealed = await readFile(path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      })
      if (sealed === null) {
        const pem = await readable.read()
        if (pem !== null) {
          await write(pem)
          await rm(join(folder, 'signing-key.pem'))
        }
        return pem
      }
      const { text, reseal } = await keychain.open(sealed)
      if (reseal) await write(text)
      return text
    },
    write,
  }
}

/**
 * The vault that this system allows; without a keychain the readable file, with the reason where its place is shown. The
 * keychain is opened when a key is first needed: a keyring may ask for a password, and the window does not wait for that.
 */
export function openVault(folder: string): KeyVault {
  let opening: Promise<KeyVault> | undefined
  let opened: KeyVault | undefined
  const vault = async (): Promise<KeyVault> => {
    opening ??= systemVault(folder)
    // What could not be opened is tried again the next time.
    opening.catch(() => (opening = undefined))
    return (opened = await opening)
  }
  return {
    get storedIn() {
      return opened?.storedIn ?? NOT_OPENED
    },
    read: async () => (await vault()).read(),
    write: async (privatePem) => (await vault()).write(privatePem),
  }
}

async function systemVault(folder: string): Promise<KeyVault> {
  const { keychain, reason } = await openKeychain()
  if (keychain !== null) return keychainVault(folder, keychain)
  const vault = fileVault(folder)
  return { ...vault, storedIn: `${vault.storedIn}. ${reason}` }
}
