import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_APP_SETTINGS } from '../../src-shared/contract/index.js'
import { dropKind, listFolder } from './folder-chooser.js'
import { claimFolder } from '../storage/lock.js'
import { migrateSettings, openSettingsFile, withRecentFolder } from './settings.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-app-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('settings file', () => {
  it('survives a restart, readable by this user only, without leftovers', async () => {
    const store = await openSettingsFile(folder)
    expect(store.get()).toEqual(DEFAULT_APP_SETTINGS)
    await Promise.all([
      store.set({ ...DEFAULT_APP_SETTINGS, theme: 'light' }),
      store.set({ ...DEFAULT_APP_SETTINGS, theme: 'dark', signerName: 'Ada' }),
    ])
    expect((await openSettingsFile(folder)).get()).toMatchObject({ theme: 'dark', signerName: 'Ada' })
    expect(await readdir(folder)).toEqual(['settings.json'])
    if (process.platform !== 'win32') expect((await stat(join(folder, 'settings.json'))).mode & 0o777).toBe(0o600)
  })

  it('keeps what is valid of another version and replaces the rest', () => {
    const stored = { theme: 'dark', notify: 'yes', gone: 1, job: { draws: 500, q: 7, old: true } }
    expect(migrateSettings(stored)).toEqual({
      ...DEFAULT_APP_SETTINGS,
      theme: 'dark',
      job: { ...DEFAULT_APP_SETTINGS.job, draws: 500 },
    })
    for (const broken of [undefined, null, 7, 'x', []]) expect(migrateSettings(broken)).toEqual(DEFAULT_APP_SETTINGS)
  })

  it('an unreadable file means the defaults', async () => {
    await writeFile(join(folder, 'settings.json'), '{"theme":')
    expect((await openSettingsFile(folder)).get()).toEqual(DEFAULT_APP_SETTINGS)
  })

  it('recent folders: newest first, once, bounded', () => {
    let settings = DEFAULT_APP_SETTINGS
    for (let n = 0; n < 20; n++) settings = withRecentFolder(settings, `/f${n % 15}`)
    expect(settings.recentFolders).toHaveLength(12)
    expect(settings.recentFolders.slice(0, 2)).toEqual(['/f4', '/f3'])
    expect(new Set(settings.recentFolders).size).toBe(12)
  })
})

describe('folders', () => {
  it('lists folders only, in reading order, with what helps choosing', async () => {
    for (const name of ['b10', 'b9', '.hidden']) await mkdir(join(folder, name))
    for (const name of ['a.PNG', 'b.txt', '.c.png']) await writeFile(join(folder, name), '')
    await symlink(join(folder, 'b9'), join(folder, 'link'))
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'))
    const listing = await listFolder(folder)
    expect(listing.folders.map(({ name }) => name)).toEqual(['b9', 'b10', 'link'])
    expect(listing).toMatchObject({ path: folder, parent: tmpdir(), images: 1, certificate: null })
    await expect(listFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'folder-unreadable' })
    expect((await listFolder('/')).parent).toBeNull()
  })

  it('tells a collection, a protected folder, a certificate and other files apart', async () => {
    expect((await dropKind(folder)).kind).toBe('collection')
    await writeFile(join(folder, 'fixative-certificate.json'), '{}')
    expect((await dropKind(folder)).kind).toBe('protected')
    expect((await dropKind(join(folder, 'fixative-certificate.json'))).kind).toBe('certificate')
    await writeFile(join(folder, 'a.png'), '')
    expect((await dropKind(join(folder, 'a.png'))).kind).toBe('other')
    expect((await dropKind(join(folder, 'nowhere'))).kind).toBe('other')
  })
})

describe('claimFolder', () => {
  it('lets one process in at a time and takes over what a dead one left', async () => {
    const release = await claimFolder(folder)
    await expect(claimFolder(folder)).rejects.toMatchObject({ code: 'already-running' })
    await release()
    const again = await claimFolder(folder)
    await again()
  })
})
