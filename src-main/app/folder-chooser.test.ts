import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listFolder } from './folder-chooser.js'

test('takes "~" for the home folder, at the beginning of a path only', async () => {
  expect((await listFolder('~')).path).toBe(homedir())
  expect((await listFolder(null)).path).toBe(homedir())
  const folder = await mkdtemp(join(tmpdir(), 'fixative-folders-'))
  try {
    await mkdir(join(folder, '~', 'a'), { recursive: true })
    const found = await listFolder(join(folder, '~'))
    expect(found).toMatchObject({ path: join(folder, '~'), parent: folder, folders: [{ name: 'a' }] })
    await expect(listFolder('~nobody-of-this-name')).rejects.toMatchObject({ code: 'folder-unreadable' })
  } finally {
    await rm(folder, { recursive: true })
  }
})
