import { beforeEach, describe, expect, it } from 'vitest'
import * as fake from '../../test/support/fakes/electron.js'
import { choosePath, chooseTarget } from './dialogs.js'

beforeEach(fake.resetElectron)

describe('dialogs', () => {
  it('answer with the path, or null when closed', async () => {
    fake.dialog.chosen = '/cats'
    let folder: string | null = null
    const last = { get: () => folder, set: (path: string) => (folder = path) }
    expect(await choosePath(null, 'collection', last)).toBe('/cats')
    expect(folder).toBe('/')
    fake.dialog.chosen = '/home/ada/protected/fixative-certificate.json'
    await choosePath(null, 'certificate', last)
    expect(folder).toBe('/home/ada/protected')
    const pdf = { name: 'PDF', extensions: ['pdf'] }
    fake.dialog.chosen = '/home/ada/reports/cats.pdf'
    expect(await chooseTarget(null, 'report.pdf', pdf, last)).toBe(fake.dialog.chosen)
    expect(folder).toBe('/home/ada/reports')
    fake.dialog.chosen = null
    expect(await choosePath(null, 'labels', last)).toBe(null)
    expect(await chooseTarget(null, 'report.pdf', pdf, last)).toBe(null)
    expect(folder).toBe('/home/ada/reports')
    expect(fake.dialog.asked[0]).toMatchObject({ properties: ['openDirectory'] })
    expect(fake.app.recent).toHaveLength(2)
    expect(fake.dialog.asked[2]).toMatchObject({ defaultPath: '/home/ada/protected/report.pdf' })
    expect(fake.dialog.asked[1]).toMatchObject({ properties: ['openFile'], defaultPath: '/' })
  })
})
