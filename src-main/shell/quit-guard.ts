import { app, dialog, type BrowserWindow } from 'electron'
import { isRunning, type JobWatch } from './job-watch.js'
import type { CurrentWindow } from './ipc.js'

/**
 * Asks before a running job is stopped by quitting, and lets the work in hand be put away before the app ends.
 *
 * @param shutdown stops all work so that it can be resumed; the app ends when it has settled, at most `patience` later
 * @param patience milliseconds
 */
export function setupQuitGuard(
  current: CurrentWindow,
  watch: JobWatch,
  shutdown: () => Promise<void>,
  patience = 5_000,
): void {
  let phase: 'open' | 'asking' | 'closing' | 'closed' = 'open'
  const quit = async (): Promise<void> => {
    phase = 'asking'
    if (watch.jobs().some(isRunning) && !(await confirmQuit(current()))) {
      phase = 'open'
      return
    }
    phase = 'closing'
    await settled(shutdown(), patience)
    phase = 'closed'
    app.quit()
  }
  app.on('before-quit', (event) => {
    if (phase === 'closed') return
    event.preventDefault()
    if (phase === 'open') void quit()
  })
  app.on('browser-window-created', (_event, window) => {
    window.on('close', (event) => {
      // Only the app's own window; the hidden printing page closes as it likes.
      if (phase === 'closed' || window !== current()) return
      event.preventDefault()
      if (phase === 'open') void quit()
    })
  })
  app.on('window-all-closed', () => app.quit())
}

async function confirmQuit(window: BrowserWindow | null): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Fixative',
    message: 'Fixative is still working. Quit anyway?',
    detail:
      'What is finished is kept. A job goes on from there when Fixative is opened again, a stress test when it is started again.',
    buttons: ['Keep running', 'Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
  const { response } = await (window === null ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options))
  return response === 1
}

async function settled(work: Promise<void>, patience: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)))
  await Promise.race([work.catch((error: unknown) => console.error('Closing:', error)), timeout])
  clearTimeout(timer)
}
