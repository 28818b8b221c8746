import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyId } from '../core/certificate/dsse.js'
import { type NoticeEnvelope, type Succession, openNotice, signRevocation } from '../core/certificate/notices.js'
import { findSigner, signerSentence } from '../core/certificate/signers.js'
import { openKeyStore } from './key-store.js'
import { SEALED_KEY_FILE } from './vault.js'

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
    expect((await store.ring()).signers).toMatchObject([{ publicKey: former.publicKey, source: 'own' }])
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
    await store.trust(await store.exportPrivate())
    expect(readFileSync(join(folder, 'signers.json'), 'utf8')).not.toContain('PRIVATE')
  })

  it('does not replace a damaged key in silence, nor make a second one beside a sealed one', async () => {
    writeFileSync(join(folder, 'signing-key.pem'), 'garbage')
    await expect(openKeyStore(folder).signer()).rejects.toMatchObject({ code: 'key-damaged' })
    rmSync(join(folder, 'signing-key.pem'))
    writeFileSync(join(folder, SEALED_KEY_FILE), '')
    await expect(openKeyStore(folder).signer()).rejects.toMatchObject({ code: 'key-sealed' })
  })
})

describe('the list of signers', () => {
  const keyOf = async (store: ReturnType<typeof openKeyStore>) => (await store.signer()).publicKey
  const other = (name: string) => openKeyStore(join(folder, name))
  const stateOf = async (
    reader: ReturnType<typeof openKeyStore>,
    publicKey: string,
    attached: NoticeEnvelope[] = [],
  ) => {
    const { state, relation } = findSigner(
      keyId(publicKey),
      await reader.ring(),
      attached.map((envelope) => openNotice(envelope) as Succession),
    )
    return `${state} ${relation}`
  }

  it('knows a signer by a key, by name, until he is taken off', async () => {
    const [reader, ann] = [other('reader'), other('ann')]
    const key = await keyOf(ann)
    expect(await stateOf(reader, key)).toBe('unknown null')
    await reader.trust(key, 'Ann')
    expect(await stateOf(reader, key)).toBe('known same')
    expect((await reader.ring()).signers).toMatchObject([{ name: 'Ann', source: 'file' }])
    await expect(reader.distrust('Bob')).rejects.toMatchObject({ code: 'signer-unknown' })
    await reader.distrust(keyId(key).slice(0, 8))
    expect(await stateOf(reader, key)).toBe('unknown null')
  })

  it('follows a rotation both ways, from what the certificate carries or from the notice', async () => {
    const [old, late] = [other('knows-the-old'), other('knows-the-new')]
    const ann = other('ann')
    const first = await keyOf(ann)
    await old.trust(first)
    await ann.rotate()
    const { notice } = await ann.rotate()
    const { publicKey: third, continuity } = await ann.signer()
    expect(continuity).toHaveLength(2)
    expect(await stateOf(old, third)).toBe('unknown null')
    expect(await stateOf(old, third, [...continuity])).toBe('known later')
    await late.trust(third)
    expect(await stateOf(late, first)).toBe('unknown null')
    for (const envelope of continuity) await late.trust(JSON.stringify(envelope))
    expect(await stateOf(late, first)).toBe('known earlier')
    expect(await stateOf(ann, first)).toBe('own earlier')
    expect(continuity.at(-1)).toEqual(notice)
  })

  it('believes no successor of a revoked key, and none of two', async () => {
    const [reader, ann, thief] = [other('reader'), other('ann'), other('thief')]
    const first = await keyOf(ann)
    await thief.importPrivate(await ann.exportPrivate())
    await reader.trust(first, 'Ann')
    const { notice } = await thief.rotate()
    const stolen = await keyOf(thief)
    expect(await stateOf(reader, stolen, [notice])).toBe('known later')
    const { notice: honest } = await ann.rotate()
    expect(await stateOf(reader, stolen, [notice, honest])).toBe('unknown null')
    await reader.mark('Ann', { since: '2026-01-01T00:00:00.000Z', reason: 'lost' })
    expect(await stateOf(reader, first)).toBe('revoked null')
    expect(await stateOf(reader, stolen, [notice])).toBe('unknown null')
  })

  it('tells others of a revocation, and begins anew without a tie', async () => {
    const [reader, ann] = [other('reader'), other('ann')]
    const first = await keyOf(ann)
    await reader.trust(first)
    const { notice } = await ann.revokeOwn({ since: '2026-05-01T00:00:00.000Z', reason: 'The laptop was stolen.' })
    expect((await ann.signer()).continuity).toEqual([])
    expect(await stateOf(ann, first)).toBe('revoked null')
    expect(await reader.trust(JSON.stringify(notice))).toMatchObject({ kind: 'revocation', known: true })
    const found = findSigner(keyId(first), await reader.ring())
    expect(signerSentence(found, 'Ann')).toMatch(/has revoked this key, since 2026-05-01: “The laptop was stolen\.”/)
  })

  it('takes no revocation by a stranger, nor a notice that was changed', async () => {
    const [reader, ann, eve] = [other('reader'), other('ann'), other('eve')]
    const [first, evil] = [await ann.signer(), await eve.signer()]
    await reader.trust(first.publicKey)
    const mark = { since: '2026-01-01T00:00:00Z', issuedAt: '2026-01-01T00:00:00Z', reason: '' }
    await reader.trust(JSON.stringify(signRevocation(first.publicKey, evil.privateKey, mark)))
    expect(await stateOf(reader, first.publicKey)).toBe('known same')
    const { notice } = await ann.rotate()
    const text = Buffer.from(notice.payload, 'base64').toString('utf8').replace('"succession"', '"succession" ')
    const changed = { ...notice, payload: Buffer.from(text).toString('base64') }
    for (const envelope of [changed, { ...notice, signatures: notice.signatures.slice(0, 1) }]) {
      await expect(reader.trust(JSON.stringify(envelope))).rejects.toMatchObject({ code: 'notice-invalid' })
    }
  })

  it('is refused as a whole when it is damaged, and never rewritten', async () => {
    const store = other('reader')
    await store.trust(await keyOf(other('ann')), 'Ann')
    const file = join(folder, 'reader', 'signers.json')
    for (const text of [
      '{',
      '{"version":1,"signers":[{}],"notices":[]}',
      readFileSync(file, 'utf8').replace('MCow', 'MCox'),
    ]) {
      writeFileSync(file, text)
      await expect(store.ring()).rejects.toMatchObject({ code: 'signers-damaged' })
      await expect(store.setName('Ann')).rejects.toMatchObject({ code: 'signers-damaged' })
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
  })
})
