/** The private key as the vault has it. */
import type { KeyObject } from 'node:crypto'
import { FixativeError } from '../core/errors.js'
import { newKey, parsePrivate, privatePem } from './pem.js'
import type { KeyVault } from './vault.js'

export interface StoredKey {
  /** Null: no key yet. @throws FixativeError `key-damaged`, and as the vault */
  read(): Promise<KeyObject | null>
  /** The key, made and written on first use. @throws as `read` */
  ensure(): Promise<KeyObject>
  write(key: KeyObject): Promise<void>
}

export function openStoredKey(vault: KeyVault): StoredKey {
  async function read(): Promise<KeyObject | null> {
    const pem = await vault.read()
    if (pem === null) return null
    try {
      return parsePrivate(pem)
    } catch (cause) {
      const message = `The signing key (${vault.storedIn}) is damaged.`
      const hint = 'Import the key from a backup, or remove it to get a new one.'
      throw new FixativeError('key-damaged', message, hint, { cause })
    }
  }
  const write = (key: KeyObject): Promise<void> => vault.write(privatePem(key))

  async function create(): Promise<KeyObject> {
    const key = newKey()
    await write(key)
    return key
  }
  let creating: Promise<KeyObject> | undefined
  return {
    read,
    write,
    async ensure() {
      const key = await read()
      if (key) return key
      // Two jobs that sign at the same moment must not make two keys.
      creating ??= create().finally(() => (creating = undefined))
      return creating
    },
  }
}
