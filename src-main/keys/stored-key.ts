/** The private key as the vault has it, and its public half, which lies open for whoever cannot or need not open the vault. */
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publicKeyOf } from '../core/certificate/encoding.js'
import { FixativeError } from '../core/errors.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'
import { newKey, parsePrivate, privatePem, publicPem } from './pem.js'
import { type KeyVault, SEALED_KEY_FILE } from './vault.js'

const PUBLIC_KEY_FILE = 'signing-key.public.pem'

export interface StoredKey {
  /** Null: no key yet. @throws FixativeError `key-damaged`, and as the vault */
  read(): Promise<KeyObject | null>
  /**
   * The public half as PEM; null: no key yet. A sealed key is not opened for it, as far as that is possible.
   * @throws as `read`
   */
  readPublic(): Promise<string | null>
  /** The key, made and written on first use. @throws as `read` */
  ensure(): Promise<KeyObject>
  write(key: KeyObject): Promise<void>
}

/** @param folder where a sealed key lies, and its public half */
export function openStoredKey(vault: KeyVault, folder: string): StoredKey {
  const open = join(folder, PUBLIC_KEY_FILE)
  const isSealed = (): boolean => existsSync(join(folder, SEALED_KEY_FILE))
  const laid = (): Promise<string | null> => readFile(open, 'utf8').catch(() => null)
  async function lay(key: KeyObject): Promise<void> {
    await privateFolder(folder)
    await writeAtomically(open, publicPem(key), 0o644)
  }
  async function read(): Promise<KeyObject | null> {
    const pem = await vault.read()
    if (pem === null) return null
    let key: KeyObject
    try {
      key = parsePrivate(pem)
    } catch (cause) {
      const message = `The signing key (${vault.storedIn}) is damaged.`
      const hint = 'Import the key from a backup, or remove it to get a new one.'
      throw new FixativeError('key-damaged', message, hint, { cause })
    }
    // Whatever came between the writing of both halves.
    if (isSealed() && (await laid()) !== publicPem(key)) await lay(key)
    return key
  }
  async function write(key: KeyObject): Promise<void> {
    await vault.write(privatePem(key))
    if (isSealed()) await lay(key)
  }

  async function create(): Promise<KeyObject> {
    const key = newKey()
    await write(key)
    return key
  }
  let creating: Promise<KeyObject> | undefined
  return {
    read,
    async readPublic() {
      const pem = isSealed() ? await laid() : null
      if (pem !== null && isKey(pem)) return pem
      const key = await read()
      return key && publicPem(key)
    },
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

function isKey(pem: string): boolean {
  try {
    publicKeyOf(pem)
    return true
  } catch {
    return false
  }
}
