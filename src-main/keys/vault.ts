/** Where the private key rests: in a file, unless whoever hosts the app has a better place. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixativeError } from '../core/errors.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'

/** Where the private key rests, as PKCS#8 PEM. The desktop app keeps it encrypted by the system's keychain. */
export interface KeyVault {
  /** In words, for the user; settled once the key has been read or written. */
  readonly storedIn: string
  /** Null: no key yet. */
  read(): Promise<string | null>
  write(privatePem: string): Promise<void>
}

/** Beside the readable key: the key as the desktop app keeps it, encrypted by the system. */
export const SEALED_KEY_FILE = 'signing-key.sealed'

/** The key as a file that only its owner can read. `read` throws FixativeError `key-sealed` or `key-unreadable`. */
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
