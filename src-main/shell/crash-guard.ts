import { app, dialog, type BrowserWindow } from 'electron'

/** Offers to open the page again when its process has ended; jobs are not in it, and go on. */
export function setupCrashGuard(window: BrowserWindow): void {
  let asking = false
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || asking || window.isDestroyed()) return
    asking = true
    console.error(`The window's process has ended: ${reason}`)
    const options = {
      type: 'error' as const,
      title: 'Fixative',
      message: 'The window has stopped working.',
      detail: `Its process has ended (${reason}). Jobs are not affected.`,
      buttons: ['Open the window again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    }
    void dialog.showMessageBox(window, options).then(({ response }) => {
      asking = false
      if (response === 1) app.quit()
      else if (!window.isDestroyed()) window.webContents.reload()
    })
  })
}
