import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BrowserWindow } from 'electron'
import { DEFAULT_APP_SETTINGS, type Job, type StressTest } from '../../src-shared/contract/index.js'
import * as fake from '../../test/support/fakes/electron.js'
import { createJobWatch, type JobWatch, type WatchedJob } from './job-watch.js'
import { openKeychain } from './keychain.js'
import { setupNotification } from './notification.js'
import { htmlToPdf } from './pdf.js'
import { setupPower } from './power.js'
import { setupProgress } from './progress.js'
import { setupQuitGuard } from './quit-guard.js'
import { openStore } from './store.js'
import { DEFAULT_WINDOW_STATE } from './window-state.js'
import { openWindow } from './window.js'

let window: fake.BrowserWindow
let watch: JobWatch
const current = (): BrowserWindow => window as unknown as BrowserWindow
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

const stage = (state: 'waiting' | 'running' | 'done', done = 0, total = 0): WatchedJob['stages'][number] => ({
  state,
  done,
  total,
})
function tell(id: string, state: Job['state'], rest: Partial<WatchedJob> = {}): void {
  const job = { id, name: id, state, stages: [], result: null, error: null, ...rest }
  watch.through(() => undefined)('jobs.changed', job as unknown as Job)
}

beforeEach(() => {
  fake.resetElectron()
  watch = createJobWatch()
})
const open = (): void => {
  openWindow({ preload: '/p.cjs', icon: '/i.png', devTools: false }, DEFAULT_WINDOW_STATE)
  window = fake.BrowserWindow.all[0]!
}

describe('a running job', () => {
  beforeEach(open)

  it('is on the taskbar, and off it when it ends', () => {
    setupProgress(current, watch)
    tell('cats', 'running', { stages: [stage('done'), stage('running', 1, 2), stage('waiting'), stage('waiting')] })
    tell('cats', 'paused', { stages: [stage('done'), stage('done'), stage('waiting'), stage('waiting')] })
    tell('cats', 'done')
    expect(window.progress).toEqual([
      { value: 0.375, mode: 'normal' },
      { value: 0.5, mode: 'paused' },
      { value: -1, mode: 'normal' },
    ])
  })

  it('keeps the computer awake, once, until no job runs', () => {
    setupPower(watch)
    tell('cats', 'queued')
    expect(fake.powerSaveBlocker.active.size).toBe(0)
    tell('cats', 'running')
    tell('cats', 'running')
    expect(fake.powerSaveBlocker.active.size).toBe(1)
    tell('cats', 'paused')
    expect(fake.powerSaveBlocker.active.size).toBe(0)
    tell('cats', 'running')
    expect(fake.powerSaveBlocker.active.size).toBe(1)
    watch.through(() => undefined)('jobs.removed', { id: 'cats' })
    expect(fake.powerSaveBlocker.active.size).toBe(0)
  })
})

it('a stress test is on the taskbar and keeps the computer awake while it runs, and no longer', () => {
  open()
  setupProgress(current, watch)
  setupPower(watch)
  const tested = (running: boolean): void =>
    watch.through(() => undefined)('stress.changed', { running, done: 1, total: 4 } as StressTest)
  tested(true)
  expect(fake.powerSaveBlocker.active.size).toBe(1)
  tested(false)
  expect(fake.powerSaveBlocker.active.size).toBe(0)
  expect(window.progress.map(({ value }) => value)).toEqual([0.25, -1])
})

describe('the notification', () => {
  beforeEach(() => {
    open()
    window.focused = false
  })

  it('comes once, silently, when the whole queue has ended', () => {
    setupNotification(current, watch, () => true)
    tell('cats', 'running')
    tell('dogs', 'queued')
    tell('cats', 'done')
    expect(fake.Notification.shown).toHaveLength(0)
    tell('dogs', 'running')
    tell('dogs', 'failed')
    tell('dogs', 'failed')
    expect(fake.Notification.shown.map(({ options }) => options)).toEqual([
      { title: 'The queue has ended', body: '1 of 2 collections are protected. 1 failed.', silent: true },
    ])
    window.minimized = true
    fake.Notification.shown[0]!.emit('click')
    expect(window).toMatchObject({ minimized: false, shown: true, focused: true })
  })

  it('says the headline of a single job', () => {
    setupNotification(current, watch, () => true)
    tell('cats', 'running')
    tell('cats', 'done', { result: { headline: 'A classifier …' } as NonNullable<Job['result']> })
    expect(fake.Notification.shown[0]?.options).toMatchObject({ title: 'cats is protected', body: 'A classifier …' })
  })

  it.each<[string, () => void, boolean, Job['state']]>([
    ['the user looks at the window', () => (window.focused = true), true, 'done'],
    ['it is turned off', () => undefined, false, 'done'],
    ['the job was cancelled', () => undefined, true, 'cancelled'],
  ])('does not come when %s', (_when, arrange, enabled, end) => {
    arrange()
    setupNotification(current, watch, () => enabled)
    tell('cats', 'running')
    tell('cats', end)
    expect(fake.Notification.shown).toHaveLength(0)
  })

  it('does not come for jobs of an earlier session', () => {
    watch.seed([{ id: 'old', name: 'old', state: 'done', stages: [], result: null, error: null }])
    setupNotification(current, watch, () => true)
    tell('old', 'done')
    expect(fake.Notification.shown).toHaveLength(0)
  })
})

describe('quitting', () => {
  const shutdown = vi.fn(() => Promise.resolve())
  beforeEach(() => {
    shutdown.mockClear()
    setupQuitGuard(current, watch, shutdown)
    open()
  })

  it('asks while a job runs, and stays when told to', async () => {
    tell('cats', 'running')
    fake.app.quit()
    await settle()
    expect(fake.dialog.asked).toHaveLength(1)
    expect(fake.dialog.asked[0]).toMatchObject({ defaultId: 0, cancelId: 0, buttons: ['Keep running', 'Quit'] })
    expect(fake.app.ended).toBe(false)
    expect(window.destroyed).toBe(false)
    expect(shutdown).not.toHaveBeenCalled()
  })

  it('asks once, puts the work away, and then ends', async () => {
    tell('cats', 'running')
    fake.dialog.response = 1
    window.close()
    fake.app.quit()
    expect(fake.app.ended).toBe(false)
    await settle()
    expect(fake.dialog.asked).toHaveLength(1)
    expect(shutdown).toHaveBeenCalledTimes(1)
    expect(fake.app.ended).toBe(true)
    expect(window.destroyed).toBe(true)
  })

  it('does not ask when nothing runs, and ends although the work cannot be put away', async () => {
    tell('cats', 'done')
    shutdown.mockRejectedValueOnce(new Error('disk full'))
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    window.close()
    await settle()
    expect(fake.dialog.asked).toHaveLength(0)
    expect(fake.app.ended).toBe(true)
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })
})

it('does not wait for ever for the work to be put away', async () => {
  setupQuitGuard(current, watch, () => new Promise(() => undefined), 10)
  open()
  fake.app.quit()
  await vi.waitFor(() => expect(fake.app.ended).toBe(true))
})

describe('the keychain', () => {
  it('seals, opens, and names its store', async () => {
    const { keychain } = await openKeychain()
    const sealed = await keychain!.seal('PRIVATE KEY')
    expect(Buffer.from(sealed).toString()).not.toContain('PRIVATE KEY')
    expect(await keychain!.open(sealed)).toEqual({ text: 'PRIVATE KEY', reseal: false })
    await expect(keychain!.open(Buffer.from('damaged'))).rejects.toMatchObject({ code: 'keychain-locked' })
  })

  it.runIf(process.platform === 'linux')(
    'is none where Electron would only pretend, and the reason is said',
    async () => {
      expect((await openKeychain()).keychain!.storedIn).toContain('GNOME keyring')
      // "Available", and by the name of its backend a keyring: only what comes out shows the fixed password.
      fake.safeStorage.prefix = 'v10'
      const basic = await openKeychain()
      expect(basic.keychain).toBe(null)
      expect(basic.reason).toMatch(/no keychain.*without further encryption.*gnome-keyring/)
    },
  )

  it('is none where there is no encryption', async () => {
    fake.safeStorage.available = false
    expect(await openKeychain()).toMatchObject({ keychain: null, reason: expect.stringContaining('no keychain') })
  })
})

describe('the settings file', () => {
  let folder: string
  const file = (): string => join(folder, 'settings.json')
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fixative-store-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('starts with the defaults, keeps what is set, and is for its owner only', async () => {
    const store = openStore(folder)
    expect(store.settings.get()).toEqual(DEFAULT_APP_SETTINGS)
    await store.settings.set({ ...DEFAULT_APP_SETTINGS, signerName: 'Ada' })
    store.setWindow({ ...DEFAULT_WINDOW_STATE, maximized: true })
    expect(openStore(folder).settings.get().signerName).toBe('Ada')
    expect(openStore(folder).window().maximized).toBe(true)
    expect(statSync(file()).mode & 0o077).toBe(0)
  })

  it('refuses to be given nonsense', async () => {
    const store = openStore(folder)
    await expect(store.settings.set({ ...DEFAULT_APP_SETTINGS, theme: 'pink' as 'dark' })).rejects.toThrow()
    expect(store.settings.get()).toEqual(DEFAULT_APP_SETTINGS)
  })

  it('of another version keeps what this version understands', () => {
    const settings = { theme: 'dark', signerName: 'Ada', notify: 'sometimes', removedLongAgo: 1 }
    writeFileSync(file(), JSON.stringify({ settings, window: { ...DEFAULT_WINDOW_STATE, width: 'wide' } }))
    const store = openStore(folder)
    expect(store.setAside).toBe(null)
    expect(store.settings.get()).toEqual({ ...DEFAULT_APP_SETTINGS, theme: 'dark', signerName: 'Ada' })
    expect(store.window()).toEqual(DEFAULT_WINDOW_STATE)
  })

  it('that cannot be read is set aside, not lost', () => {
    writeFileSync(file(), '{"settings": {')
    const store = openStore(folder)
    expect(store.settings.get()).toEqual(DEFAULT_APP_SETTINGS)
    expect(readFileSync(store.setAside!, 'utf8')).toBe('{"settings": {')
  })
})

describe('the report as PDF', () => {
  it('is printed in a hidden sandboxed window without script, which is closed afterwards', async () => {
    const html = '<h1>Certificate</h1>'
    let page = ''
    let policy: string | null = ''
    const load = fake.BrowserWindow.load
    fake.BrowserWindow.load = async (loaded, url) => {
      const { session } = loaded.options.webPreferences as { session: fake.FakeSession }
      const response = await session.protocol.handlers.get('app')!(new Request(url))
      page = await response.text()
      policy = response.headers.get('content-security-policy')
      expect((await session.protocol.handlers.get('app')!(new Request('app://print/other'))).status).toBe(404)
      expect(session.requests('https://example.org/tracker.png')).toBe(false)
    }
    const pdf = await htmlToPdf(html)
    fake.BrowserWindow.load = load
    expect(Buffer.from(pdf).toString()).toMatch(/^%PDF/)
    expect(page).toBe(html)
    expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/)
    const [hidden] = fake.BrowserWindow.all
    expect(hidden).toMatchObject({ shown: false, destroyed: true, options: { show: false } })
    expect(hidden!.options.webPreferences).toMatchObject({ sandbox: true, javascript: false, contextIsolation: true })
  })

  it('fails in words, and closes its window, when printing hangs', async () => {
    const load = fake.BrowserWindow.load
    fake.BrowserWindow.load = () => new Promise(() => undefined)
    await expect(htmlToPdf('<p>', 10)).rejects.toMatchObject({ code: 'pdf-failed' })
    fake.BrowserWindow.load = load
    expect(fake.BrowserWindow.all[0]!.destroyed).toBe(true)
  })
})
