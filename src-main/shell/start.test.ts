import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Answer, Job, Serve } from '../../src-shared/contract/index.js'
import { FixativeError } from '../core/errors.js'
import * as fake from '../../test/support/fakes/electron.js'
import { REQUEST_CHANNEL } from '../../src-shared/ipc-channels.js'
import type { App } from '../app/app.js'
import { failToStart, runShell, type ShellOptions, type ShellServices } from './start.js'

let folder: string
let services: ShellServices
const serve = vi.fn<Serve>((name) => Promise.resolve({ ok: true, value: name }))
const app = {
  serve,
  images: (id: string) => Promise.resolve(id === 'im-1' ? { bytes: new Uint8Array([7]), mime: 'image/png' } : null),
  jobs: vi.fn((): readonly Job[] => []),
  start: vi.fn(),
  open: vi.fn(() => Promise.resolve()),
  close: vi.fn(() => Promise.resolve()),
} satisfies App
const options = (): ShellOptions => ({
  dataFolder: join(folder, 'data'),
  out: join(folder, 'out'),
  icon: '/icon.png',
  openApp: (given) => {
    services = given
    return Promise.resolve(app)
  },
})
const window = (): fake.BrowserWindow => fake.BrowserWindow.all[0]!

beforeEach(() => {
  fake.resetElectron()
  vi.clearAllMocks()
  folder = mkdtempSync(join(tmpdir(), 'fixative-shell-'))
  mkdirSync(join(folder, 'out/renderer'), { recursive: true })
  writeFileSync(join(folder, 'out/renderer/index.html'), '<title>Fixative</title>')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the desktop app', () => {
  it('is locked down before Electron is ready, and opens nothing before', async () => {
    const atReady = vi.spyOn(fake.app, 'whenReady').mockImplementationOnce(() => {
      expect(fake.app.sandboxed).toBe(true)
      expect(fake.protocol.privileged.map(({ scheme }) => scheme)).toEqual(['app'])
      expect(fake.app.switches.has('host-resolver-rules')).toBe(true)
      expect(fake.app.paths.get('userData')).toBe(join(folder, 'data/desktop'))
      expect(fake.BrowserWindow.all).toHaveLength(0)
      return Promise.resolve()
    })
    await runShell(options())
    expect(atReady).toHaveBeenCalledOnce()
    expect(fake.BrowserWindow.all).toHaveLength(1)
  })

  it('serves its page, pictures and requests to its one window', async () => {
    await runShell(options())
    const { handlers } = fake.session.fromPartition('fixative-window').protocol
    const get = (path: string): Promise<Response> | Response =>
      handlers.get('app')!(new Request(`app://fixative${path}`))
    expect(await (await get('/index.html')).text()).toBe('<title>Fixative</title>')
    expect((await get('/image/im-1')).headers.get('content-type')).toBe('image/png')

    const { mainFrame } = window().webContents
    const ask = (frame: unknown): Promise<Answer> =>
      fake.ipcMain.handlers.get(REQUEST_CHANNEL)!({ senderFrame: frame }, 'jobs.list', {}) as Promise<Answer>
    expect(await ask(mainFrame)).toEqual({ ok: true, value: 'jobs.list' })
    expect(await ask({ ...mainFrame, frameToken: 'other' })).toMatchObject({ ok: false })
    expect(serve).toHaveBeenCalledTimes(1)
  })

  it('locks the session of the window', async () => {
    await runShell(options())
    const session = fake.session.fromPartition('fixative-window')
    expect(session.requests('https://example.org/')).toBe(false)
    const check = session.installed.get('permissionCheck') as (...args: unknown[]) => boolean
    expect(check(null, 'media', 'app://fixative', { isMainFrame: true })).toBe(false)
  })

  it('starts the queue when the window can show it, once', async () => {
    await runShell(options())
    expect(app.start).not.toHaveBeenCalled()
    window().webContents.emit('did-finish-load')
    window().webContents.emit('did-finish-load')
    expect(app.start).toHaveBeenCalledOnce()
  })

  it('passes events on to window, taskbar and theme', async () => {
    await runShell(options())
    services.emit('settings.changed', { ...services.settings.get(), theme: 'dark' })
    expect(fake.nativeTheme.themeSource).toBe('dark')
    const job = { id: 'j', name: 'cats', state: 'running', stages: [] } as unknown as Job
    services.emit('jobs.changed', job)
    expect(window().progress).toEqual([{ value: 0, mode: 'normal' }])
    expect(fake.powerSaveBlocker.active.size).toBe(1)
    expect(window().webContents.sent.map(([, name]) => name)).toEqual(['settings.changed', 'jobs.changed'])
  })

  it('gives the app dialogs, keychain and the file manager', async () => {
    await runShell(options())
    fake.dialog.chosen = '/cats'
    expect(await services.choosePath('collection')).toBe('/cats')
    services.reveal('/cats/report.html')
    expect(fake.shell.revealed).toEqual(['/cats/report.html'])
    await services.keys.read()
    expect(services.keys.storedIn).toMatch(/^Encrypted in the data folder/)
    expect((await services.htmlToPdf('<p>')).length).toBeGreaterThan(0)
  })

  it('remembers its settings and its place', async () => {
    await runShell(options())
    await services.settings.set({ ...services.settings.get(), theme: 'dark' })
    window().bounds = { x: 5, y: 6, width: 900, height: 640 }
    fake.app.quit()
    await vi.waitFor(() => expect(fake.app.ended).toBe(true))
    fake.resetElectron()
    await runShell(options())
    expect(fake.nativeTheme.themeSource).toBe('dark')
    expect(window().options).toMatchObject({ x: 5, y: 6, width: 900, height: 640 })
  })

  it('puts its work away when it is closed', async () => {
    await runShell(options())
    window().close()
    await vi.waitFor(() => expect(fake.app.ended).toBe(true))
    expect(app.close).toHaveBeenCalledOnce()
  })

  it('opens what a second instance was started with', async () => {
    await runShell(options())
    window().minimized = true
    fake.app.emit('second-instance', {}, ['/electron', '.', '/cats'], '/fixative')
    expect(window().minimized).toBe(false)
    expect(app.open).toHaveBeenCalledExactlyOnceWith('/cats')
  })

  it('does nothing but quit when it is the second instance', async () => {
    fake.app.first = false
    await runShell(options())
    expect(fake.app.ended).toBe(true)
    expect(fake.BrowserWindow.all).toHaveLength(0)
    expect(existsSync(join(folder, 'data/desktop/settings.json'))).toBe(false)
  })

  it.skipIf(process.platform === 'win32')('says in a sentence that its data folder cannot be written', async () => {
    writeFileSync(join(folder, 'data'), 'no folder')
    await expect(runShell(options())).rejects.toMatchObject({
      code: 'data-folder-unwritable',
      message: expect.stringContaining(join(folder, 'data')),
    })
  })

  it('says in words why it cannot start', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await failToStart(
      new FixativeError('already-running', 'Fixative is already running.', 'Use the window that is open.'),
    )
    expect(fake.dialog.asked).toEqual([
      { title: 'Fixative cannot start', content: 'Fixative is already running.\n\nUse the window that is open.' },
    ])
    expect(fake.app.ended).toBe(true)
    log.mockRestore()
  })
})
