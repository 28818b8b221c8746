import { screen, type BrowserWindow, type Rectangle } from 'electron'
import { z } from 'zod'

/** Where the window was. Pixels independent of the display's scale; null: let the system place it. */
export const windowStateSchema = z.strictObject({
  x: z.int().nullable(),
  y: z.int().nullable(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowStateSchema>

export const DEFAULT_WINDOW_STATE: WindowState = { x: null, y: null, width: 1280, height: 800, maximized: false }

/** A grip as wide as this must lie on a display, or the user could not move the window back. */
const GRIP = 100

/** The remembered state, or the default place where its display is gone. */
export function restoreWindowState(saved: WindowState): WindowState {
  const { x, y } = saved
  if (x === null || y === null) return saved
  const visible = screen.getAllDisplays().some(({ workArea }) => holdsTitleBar(workArea, { ...saved, x, y }))
  return visible ? saved : { ...saved, x: null, y: null }
}

/** Remembers where the window is, each time that it has been moved, resized or maximised, and when it closes. */
export function rememberWindowState(window: BrowserWindow, save: (state: WindowState) => void): void {
  let timer: NodeJS.Timeout | undefined
  const write = (): void => {
    clearTimeout(timer)
    if (window.isDestroyed()) return
    save({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  }
  // Moving sends an event a frame, and each save rewrites the settings file.
  const later = (): void => {
    clearTimeout(timer)
    timer = setTimeout(write, 500)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('close', write)
}

function holdsTitleBar(area: Rectangle, window: Rectangle): boolean {
  const left = Math.max(area.x, window.x)
  const right = Math.min(area.x + area.width, window.x + window.width)
  return right - left >= GRIP && window.y >= area.y && window.y <= area.y + area.height - GRIP
}
