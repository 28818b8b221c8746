import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openKeyStore, SEALED_KEY_FILE } from './keys.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixative-keys-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('key store', () => {
  it('makes the key on first use, for its owner alone, and keeps it', async () => {
    const store = openKeyStore(folder)
    expect(await store.own()).toBeNull()
    const [first, second] = await Promise.all([store.signer(), store.signer()])
    expect(first).toEqual(second)
    expect(statSync(join(folder, 'signing-key.pem')).mode & 0o777).toBe(0o600)
    expect(await openKeyStore(folder).own()).toEqual({ publicKey: first.publicKey, keyId: first.keyId })
  })

  it('moves to another computer, with or without a passphrase', async () => {
    const store = openKeyStore(folder)
    const { keyId } = await store.signer()
    const other = openKeyStore(join(folder, 'other'))
    expect((await other.importPrivate(await store.exportPrivate())).keyId).toBe(keyId)
    const locked = await store.exportPrivate('correct horse')
    expect(locked).not.toContain(readFileSync(join(folder, 'signing-key.pem'), 'utf8').split('\n')[1]!)
    const third = openKeyStore(join(folder, 'third'))
    await expect(third.importPrivate(locked)).rejects.toMatchObject({ code: 'key-locked' })
    await expect(third.importPrivate(locked, 'wrong')).rejects.toMatchObject({ code: 'key-locked' })
    expect((await third.importPrivate(locked, 'correct horse')).keyId).toBe(keyId)
  })

  it('keeps the former key known after an import', async () => {
    const store = openKeyStore(folder)
    const former = await store.signer()
    const { privateKey } = generateKeyPairSync('ed25519')
    await store.importPrivate(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    expect((await store.signer()).keyId).not.toBe(former.keyId)
    expect(await store.trusted()).toEqual([{ publicKey: former.publicKey, keyId: former.keyId }])
  })

  it('refuses what is no Ed25519 private key, and keeps its own', async () => {
    const store = openKeyStore(folder)
    const own = await store.signer()
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { publicKey } = generateKeyPairSync('ed25519')
    for (const pem of [
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'hello',
    ]) {
      await expect(store.importPrivate(pem)).rejects.toMatchObject({ code: 'key-invalid' })
    }
    await expect(store.trust('hello')).rejects.toMatchObject({ code: 'key-invalid' })
    expect(await store.signer()).toEqual(own)
  })

  it('never stores a private key among the trusted ones', async () => {
    const store = openKeyStore(folder)
    const key = await store.trust(await store.exportPrivate())
    expect(readFileSync(join(folder, 'trusted', `${key.keyId}.pem`), 'utf8')).not.toContain('PRIVATE')
    writeFileSync(join(folder, 'trusted', 'broken.pem'), 'hello')
    expect(await store.trusted()).toEqual([key])
  })

  it('does not replace a damaged key in silence, nor make a second one beside a sealed one', async () => {
    writeFileSync(join(folder, 'signing-key.pem'), 'garbage')
    await expect(openKeyStore(folder).signer()).rejects.toMatchObject({ code: 'key-damaged' })
    rmSync(join(folder, 'signing-key.pem'))
    writeFileSync(join(folder, SEALED_KEY_FILE), '')
    await expect(openKeyStore(folder).signer()).rejects.toMatchObject({ code: 'key-sealed' })
  })
})
