import { ipcMain, type BrowserWindow, type WebFrameMain } from 'electron'
import type { Answer, Emit, Serve } from '../../src-shared/contract/index.js'
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../../src-shared/ipc-channels.js'
import { isOwnPage } from './own-page.js'

/** The window that is open now; null before it opens and after it has closed. */
export type CurrentWindow = () => BrowserWindow | null

/**
 * Answers the window's requests. Only the main frame of the app's own window, showing the app's own page, is heard;
 * `serve` checks the name and the payload.
 */
export function setupIpc(current: CurrentWindow, serve: Serve): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, payload: unknown): Promise<Answer> => {
    if (!isOwnFrame(event.senderFrame, current())) {
      const message = 'The request did not come from the Fixative window.'
      return { ok: false, error: { code: 'foreign-sender', message, hint: 'Nothing was changed.' } }
    }
    return serve(name, payload)
  })
}

/** Whether a message came from the main frame of `window`, and that frame shows a page of the app. */
export function isOwnFrame(frame: WebFrameMain | null, window: BrowserWindow | null): boolean {
  if (frame === null || window === null || window.isDestroyed()) return false
  // Each message has a new frame object; the token is what names the frame (a reload changes it).
  if (frame.frameToken !== window.webContents.mainFrame.frameToken) return false
  return isOwnPage(frame.url)
}

/** Sends events to the window; what happens while there is none is fetched by the next one when it opens. */
export function windowEmitter(current: CurrentWindow): Emit {
  return (name, payload) => {
    const window = current()
    if (window !== null && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, payload)
  }
}
