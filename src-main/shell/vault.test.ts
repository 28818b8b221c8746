import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openKeyStore } from '../keys/key-store.js'
import { fileVault } from '../keys/vault.js'
import * as fake from '../../test/support/fakes/electron.js'
import { openVault } from './vault.js'

let folder: string
const sealed = (): string => join(folder, 'signing-key.sealed')
const readable = (): string => join(folder, 'signing-key.pem')
beforeEach(() => {
  fake.resetElectron()
  folder = mkdtempSync(join(tmpdir(), 'fixative-vault-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('keeps the signing key encrypted, for its owner only, and gives it back', async () => {
  const first = await openKeyStore(folder, openVault(folder)).signer()
  expect(readFileSync(sealed(), 'utf8')).not.toContain('PRIVATE KEY')
  expect(existsSync(readable())).toBe(false)
  expect(statSync(sealed()).mode & 0o077).toBe(0)
  const again = await openKeyStore(folder, openVault(folder)).signer()
  expect(again.privateKey).toBe(first.privateKey)
})

it('takes over the key that the command line made, and leaves no readable copy', async () => {
  const made = await openKeyStore(folder).signer()
  expect(existsSync(readable())).toBe(true)
  const taken = await openKeyStore(folder, openVault(folder)).signer()
  expect(taken.keyId).toBe(made.keyId)
  expect(existsSync(readable())).toBe(false)
  // From then on the command line says where the key is, rather than make another one.
  await expect(fileVault(folder).read()).rejects.toMatchObject({ code: 'key-sealed' })
})

it('lets the command line know its own signer, though it cannot sign', async () => {
  const desktop = openKeyStore(folder, openVault(folder))
  const { publicKey } = await desktop.signer()
  const commandLine = openKeyStore(folder)
  expect((await commandLine.ring()).own).toBe(publicKey)
  const { publicKey: next } = await desktop.rotate()
  expect((await commandLine.ring()).own).toBe(next)
  await expect(commandLine.signer()).rejects.toMatchObject({ code: 'key-sealed' })
  rmSync(join(folder, 'signing-key.public.pem'))
  expect((await commandLine.ring()).own).toBe(null)
  await desktop.signer()
  expect((await commandLine.ring()).own).toBe(next)
})

it('does not make a new key when the system does not give the old one back', async () => {
  const made = await openKeyStore(folder, openVault(folder)).signer()
  const unlock = fake.safeStorage.decryptStringAsync
  fake.safeStorage.decryptStringAsync = () => Promise.reject(new Error('locked'))
  await expect(openKeyStore(folder, openVault(folder)).signer()).rejects.toMatchObject({
    code: 'keychain-locked',
  })
  fake.safeStorage.decryptStringAsync = unlock
  expect((await openKeyStore(folder, openVault(folder)).signer()).keyId).toBe(made.keyId)
})

it('encrypts again when the system has changed its key', async () => {
  const made = await openKeyStore(folder, openVault(folder)).signer()
  const before = statSync(sealed()).ino
  const decrypt = fake.safeStorage.decryptStringAsync
  fake.safeStorage.decryptStringAsync = async (data) => ({
    ...(await decrypt.call(fake.safeStorage, data)),
    shouldReEncrypt: true,
  })
  expect((await openKeyStore(folder, openVault(folder)).signer()).keyId).toBe(made.keyId)
  fake.safeStorage.decryptStringAsync = decrypt
  expect(statSync(sealed()).ino).not.toBe(before)
})

it('says in words where the key is when there is no keychain', async () => {
  fake.safeStorage.available = false
  const vault = openVault(folder)
  await vault.read()
  expect(vault.storedIn).toMatch(/signing-key\.pem\. This system offers no keychain.*without further encryption/)
  await openKeyStore(folder, vault).signer()
  expect(statSync(readable()).mode & 0o077).toBe(0)
})

it('asks the system only when a key is needed, and again after a failure', async () => {
  const asked = vi.spyOn(fake.safeStorage, 'isAsyncEncryptionAvailable')
  const vault = openVault(folder)
  expect(vault.storedIn).toBe('In the data folder.')
  expect(asked).not.toHaveBeenCalled()
  asked.mockRejectedValueOnce(new Error('the bus is gone'))
  await expect(vault.read()).rejects.toThrow('the bus is gone')
  expect(await vault.read()).toBe(null)
  expect(vault.storedIn).toMatch(/^Encrypted in the data folder/)
  expect(asked).toHaveBeenCalledTimes(2)
  asked.mockRestore()
})
