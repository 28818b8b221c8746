import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'
import { ORIGIN } from '../../src-shared/ipc-channels.js'
import type { WindowState } from './window-state.js'

/** Of the window's session: without the prefix `persist:` Chromium keeps nothing of it on disk. */
export const PARTITION = 'fixative-window'

export interface WindowFiles {
  /** Absolute path of the bundled preload script. */
  readonly preload: string
  /** Absolute path of the PNG icon (Linux; the other systems take it from the executable). */
  readonly icon: string
  readonly devTools: boolean
}

/** Options of the app's one window. Every switch of Electron's checklist is written out, also where it is default. */
export function windowOptions(files: WindowFiles, state: WindowState): BrowserWindowConstructorOptions {
  const { x, y, width, height } = state
  return {
    ...(x === null || y === null ? {} : { x, y }),
    width,
    height,
    minWidth: 720,
    minHeight: 520,
    title: 'Fixative',
    icon: files.icon,
    // Shown at its first complete picture, so that the user never sees an empty frame.
    show: false,
    webPreferences: {
      preload: files.preload,
      partition: PARTITION,
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
      devTools: files.devTools,
    },
  }
}

/** Opens the window and loads the app's page in it. */
export function openWindow(files: WindowFiles, state: WindowState): BrowserWindow {
  const window = new BrowserWindow(windowOptions(files, state))
  window.once('ready-to-show', () => {
    // Shows the window as well, which is why it waits.
    if (state.maximized) window.maximize()
    window.show()
  })
  // A failed load has its reason in the log; the window stays, so that the app can be closed as usual.
  window.loadURL(`${ORIGIN}/index.html`).catch((error: unknown) => console.error('The window did not load:', error))
  return window
}

/** Brings a window to the user, whatever state it is in. */
export function revealWindow(window: BrowserWindow | null): void {
  if (window === null || window.isDestroyed()) return
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
