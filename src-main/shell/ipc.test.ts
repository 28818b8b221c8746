import { NO_REQUEST_NAMES } from '../../test/support/request-names.js'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BrowserWindow } from 'electron'
import {
  createServer,
  REQUEST_NAMES,
  type Answer,
  type Handlers,
  type Transport,
} from '../../src-shared/contract/index.js'
import { errorData, FixativeError } from '../core/errors.js'
import * as fake from '../../test/support/fakes/electron.js'
import { REQUEST_CHANNEL } from '../../src-shared/ipc-channels.js'
import { setupIpc, windowEmitter } from './ipc.js'
import { DEFAULT_WINDOW_STATE } from './window-state.js'
import { openWindow } from './window.js'

const called = vi.fn()
let window: fake.BrowserWindow
const current = (): BrowserWindow => window as unknown as BrowserWindow

/** Handlers that tell which of them was called; the one of `jobs.get` refuses. */
const handlers = Object.fromEntries(
  REQUEST_NAMES.map((name) => [
    name,
    (payload: unknown) => {
      called(name, payload)
      if (name === 'jobs.get') throw new FixativeError('unknown-job', 'There is no job j-9.', 'Look at the list.')
      return Promise.resolve(null)
    },
  ]),
) as unknown as Handlers

const ask = (sender: unknown, name: unknown, payload: unknown): Promise<Answer> =>
  fake.ipcMain.handlers.get(REQUEST_CHANNEL)!({ senderFrame: sender }, name, payload) as Promise<Answer>

beforeEach(() => {
  fake.resetElectron()
  called.mockClear()
  openWindow({ preload: '/p.cjs', icon: '/i.png', devTools: false }, DEFAULT_WINDOW_STATE)
  window = fake.BrowserWindow.all[0]!
  setupIpc(current, createServer(handlers, errorData))
})

describe('requests', () => {
  it('of the window’s own page are answered, on one channel', async () => {
    expect(await ask(window.webContents.mainFrame, 'jobs.pause', { id: 'j-1' })).toEqual({ ok: true, value: null })
    expect(called).toHaveBeenCalledExactlyOnceWith('jobs.pause', { id: 'j-1' })
    expect([...fake.ipcMain.handlers.keys()]).toEqual([REQUEST_CHANNEL])
  })

  it('of anybody else are refused before anything is looked at', async () => {
    const { mainFrame } = window.webContents
    const senders = {
      'a frame inside the page': { frameToken: 'frame-of-child', url: 'app://fixative/index.html' },
      'the frame after it was led away': { ...mainFrame, url: 'https://example.org/index.html' },
      'a scheme that begins alike': { ...mainFrame, url: 'app2://fixative/index.html' },
      'another host of the scheme': { ...mainFrame, url: 'app://fixative.example.org/index.html' },
      'an empty page': { ...mainFrame, url: 'about:blank' },
      'no address': { ...mainFrame, url: '' },
      'a frame that is gone': null,
    }
    for (const [who, sender] of Object.entries(senders)) {
      expect(await ask(sender, 'jobs.list', {}), who).toMatchObject({ ok: false, error: { code: 'foreign-sender' } })
    }
    window.destroy()
    expect(await ask(mainFrame, 'jobs.list', {})).toMatchObject({ ok: false, error: { code: 'foreign-sender' } })
    expect(called).not.toHaveBeenCalled()
  })

  it.each(NO_REQUEST_NAMES)('by the name %j are refused', async (name) => {
    const answer = await ask(window.webContents.mainFrame, name, {})
    expect(answer).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
    expect(called).not.toHaveBeenCalled()
  })

  it.each([
    ['jobs.pause', undefined],
    ['jobs.pause', null],
    ['jobs.pause', 'j-1'],
    ['jobs.pause', {}],
    ['jobs.pause', { id: 1 }],
    ['jobs.pause', { id: '' }],
    ['jobs.pause', { id: 'x'.repeat(101) }],
    ['jobs.pause', { id: 'j-1', extra: true }],
    ['jobs.list', { extra: true }],
    ['settings.set', { changes: { theme: 'pink' } }],
    ['settings.set', { changes: { __proto__: null, job: { strength: 'balanced', visibility: -1 } } }],
    ['collection.items', { id: 'c', offset: 0, count: 1e9 }],
    ['folders.fromDrop', { path: 'x'.repeat(40_000) }],
    ['reports.save', { source: { path: '/x' }, format: 'exe' }],
  ])('%s with the payload %j is refused', async (name, payload) => {
    const answer = await ask(window.webContents.mainFrame, name, payload)
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-payload' } })
    expect(called).not.toHaveBeenCalled()
  })

  it('answers a refusal of the app as data, with code, sentence and hint', async () => {
    expect(await ask(window.webContents.mainFrame, 'jobs.get', { id: 'j-9' })).toEqual({
      ok: false,
      error: { code: 'unknown-job', message: 'There is no job j-9.', hint: 'Look at the list.' },
    })
  })
})

describe('events', () => {
  it('go to the window on one channel, and nowhere when it is gone', () => {
    const emit = windowEmitter(current)
    emit('jobs.removed', { id: 'j-1' })
    expect(window.webContents.sent).toEqual([['fixative:event', 'jobs.removed', { id: 'j-1' }]])
    window.destroy()
    emit('jobs.removed', { id: 'j-2' })
    expect(window.webContents.sent).toHaveLength(1)
  })
})

describe('preload', () => {
  it('shows the page four functions, and nothing of Electron through them', async () => {
    await import('../../src-preload/index.js')
    expect([...fake.contextBridge.exposed.keys()]).toEqual(['fixative'])
    const api = fake.contextBridge.exposed.get('fixative') as Transport
    expect(Object.keys(api).sort()).toEqual(['imageUrl', 'pathOf', 'request', 'subscribe'])

    await api.request('jobs.list', {})
    expect(fake.ipcRenderer.invoked).toEqual([[REQUEST_CHANNEL, 'jobs.list', {}]])

    const heard = vi.fn()
    const stop = api.subscribe(heard)
    const electronEvent = { sender: fake.ipcRenderer }
    fake.ipcRenderer.emit('fixative:event', electronEvent, 'jobs.removed', { id: 'j-1' })
    expect(heard).toHaveBeenCalledExactlyOnceWith('jobs.removed', { id: 'j-1' })
    stop()
    fake.ipcRenderer.emit('fixative:event', electronEvent, 'jobs.removed', { id: 'j-1' })
    expect(heard).toHaveBeenCalledTimes(1)

    expect(api.imageUrl('im-1')).toBe('app://fixative/image/im-1')
    expect(api.imageUrl('../x')).toBe('app://fixative/image/..%2Fx')
    expect(api.pathOf({ name: 'a.jpg' })).toBe('/dropped/a.jpg')
  })
})
