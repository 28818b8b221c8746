import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import { findBundle } from './bundle.js'
import { openStorage } from '../storage/folders.js'

const root = mkdtempSync(join(tmpdir(), 'fixative-bundle-'))
afterAll(() => rmSync(root, { recursive: true }))
const storage = openStorage(root)

async function stored(id: string, settings: object): Promise<string> {
  const folder = storage.job(id)
  await folder.create()
  const text = JSON.stringify({ version: 1, seed: '1', settings, files: {} })
  writeFileSync(folder.file('bundle.json'), text)
  return createHash('sha256').update(text).digest('hex')
}

it('finds the job of a bundle by its hash', async () => {
  const sha256 = await stored('now', DEFAULT_SETTINGS)
  expect((await findBundle(storage, sha256))?.folder.id).toBe('now')
  expect(await findBundle(storage, '0'.repeat(64))).toBeNull()
})

it('says so of a bundle whose settings it does not know', async () => {
  const sha256 = await stored('before', { strength: 'balanced', epsilon: 8, masking: 'none' })
  await expect(findBundle(storage, sha256)).rejects.toMatchObject({ code: 'bundle-of-other-version' })
})
