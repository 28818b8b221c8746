import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BrowserWindow } from 'electron'
import * as fake from '../../test/support/fakes/electron.js'
import { disableBackgroundNetwork, setupNetwork } from './network-guard.js'
import { setupNavigation } from './navigation.js'
import { setupPermissions } from './permissions.js'
import { openWindow } from './window.js'
import { DEFAULT_WINDOW_STATE, rememberWindowState, restoreWindowState, type WindowState } from './window-state.js'

const FILES = { preload: '/app/preload.cjs', icon: '/app/icon.png', devTools: false }
const open = (state: WindowState = DEFAULT_WINDOW_STATE): fake.BrowserWindow => {
  openWindow(FILES, state)
  return fake.BrowserWindow.all.at(-1)!
}
const real = (window: fake.BrowserWindow): BrowserWindow => window as unknown as BrowserWindow

beforeEach(fake.resetElectron)

describe('window', () => {
  it('has every protective switch set, and is shown only when it is painted', () => {
    const window = open()
    expect(window.options.webPreferences).toEqual({
      preload: '/app/preload.cjs',
      partition: 'fixative-window',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      plugins: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      devTools: false,
    })
    expect(window.webContents.mainFrame.url).toBe('app://fixative/index.html')
    expect(window.shown).toBe(false)
    window.emit('ready-to-show')
    expect(window.shown).toBe(true)
  })

  it('stays on its page: no navigation, redirect, frame, webview or new window', () => {
    setupNavigation()
    const { webContents } = open()
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      expect(fake.raise(webContents, name, 'https://example.org/').defaultPrevented, name).toBe(true)
    }
    expect(webContents.windowOpen?.({ url: 'https://example.org/' })).toEqual({ action: 'deny' })
    expect(webContents.windowOpen?.({ url: 'app://fixative/index.html' })).toEqual({ action: 'deny' })
    expect(webContents.webRtcPolicy).toBe('disable_non_proxied_udp')
  })
})

describe('session', () => {
  const session = (): fake.FakeSession => fake.session.fromPartition('fixative-window')

  it('refuses every permission but the one to copy, asked for or looked up', () => {
    setupPermissions(session() as never)
    const ask = session().installed.get('permissionRequest') as (
      contents: unknown,
      permission: string,
      callback: (granted: boolean) => void,
      details: { isMainFrame: boolean; requestingUrl: string },
    ) => void
    const check = session().installed.get('permissionCheck') as (
      contents: unknown,
      permission: string,
      origin: string,
      details: { isMainFrame: boolean },
    ) => boolean
    const asks = (permission: string, requestingUrl: string, isMainFrame = true): [asked: boolean, looked: boolean] => {
      const granted = vi.fn<(granted: boolean) => void>()
      ask(null, permission, granted, { isMainFrame, requestingUrl })
      return [granted.mock.calls[0]![0], check(null, permission, requestingUrl, { isMainFrame })]
    }
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'fullscreen',
    ]) {
      expect(asks(permission, 'app://fixative/index.html'), permission).toEqual([false, false])
    }
    // For the "Copy" buttons, of the app's own page alone.
    const copy = 'clipboard-sanitized-write'
    expect(asks(copy, 'app://fixative/index.html#/settings')).toEqual([true, true])
    expect(asks(copy, 'app://fixative/index.html', false)).toEqual([false, false])
    expect(asks(copy, 'https://example.org/')).toEqual([false, false])
    expect(asks(copy, '')).toEqual([false, false])
    expect((session().installed.get('devicePermission') as () => boolean)()).toBe(false)
  })

  it('lets nothing out but requests to its own scheme, downloads nothing, fetches no dictionary', () => {
    setupNetwork(session() as never)
    for (const url of ['app://fixative/index.html', 'blob:app://fixative/9b1d', 'data:image/png;base64,AA==']) {
      expect(session().requests(url), url).toBe(true)
    }
    for (const url of [
      'https://example.org/',
      'http://127.0.0.1:8080/',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      'ftp://example.org/',
      'blob:https://example.org/9b1d',
      'chrome://gpu',
      'application://fixative/',
    ]) {
      expect(session().requests(url), url).toBe(false)
    }
    expect(fake.raise(session(), 'will-download').defaultPrevented).toBe(true)
    expect(session().spellChecker).toBe(false)
  })

  it('lets no host name resolve and keeps background traffic off', () => {
    disableBackgroundNetwork()
    expect(fake.app.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND')
    expect([...fake.app.switches.keys()]).toEqual(
      expect.arrayContaining(['disable-background-networking', 'disable-component-update', 'no-pings']),
    )
  })
})

describe('window state', () => {
  it('is restored where it was, and placed anew where its display is gone', () => {
    const here = { x: 100, y: 50, width: 1000, height: 700, maximized: false }
    expect(restoreWindowState(here)).toEqual(here)
    expect(restoreWindowState({ ...here, x: 4000 })).toEqual({ ...here, x: null, y: null })
    expect(restoreWindowState({ ...here, y: -500 })).toEqual({ ...here, x: null, y: null })
  })

  it('opens maximised again, at its size', () => {
    const window = open({ x: null, y: null, width: 1111, height: 666, maximized: true })
    // Maximising shows a window, which has nothing to show yet.
    expect([window.maximized, window.shown]).toEqual([false, false])
    window.emit('ready-to-show')
    expect([window.maximized, window.shown]).toEqual([true, true])
    expect(window.options).toMatchObject({ width: 1111, height: 666 })
    expect(window.options).not.toHaveProperty('x')
  })

  it('is saved once after a series of moves, and at the end', () => {
    vi.useFakeTimers()
    const window = open()
    const save = vi.fn()
    rememberWindowState(real(window), save)
    for (let step = 0; step < 20; step++) window.emit('move')
    expect(save).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(save).toHaveBeenCalledExactlyOnceWith({ x: 10, y: 20, width: 1280, height: 800, maximized: false })
    window.maximized = true
    window.emit('close')
    expect(save).toHaveBeenLastCalledWith({ x: 10, y: 20, width: 1280, height: 800, maximized: true })
    vi.useRealTimers()
  })
})
