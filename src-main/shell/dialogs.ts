import { dialog, type BrowserWindow, type FileFilter, type OpenDialogOptions } from 'electron'
import type { RequestPayload } from '../../src-shared/contract/index.js'

type Purpose = RequestPayload<'folders.choose'>['purpose']

/** What each chooser is called and what can be chosen in it. */
const CHOOSERS: Readonly<Record<Purpose, OpenDialogOptions>> = {
  collection: { title: 'Choose the folder to protect', properties: ['openDirectory'] },
  output: { title: 'Choose where the protected pictures go', properties: ['openDirectory', 'createDirectory'] },
  verify: { title: 'Choose a protected folder or a certificate', ...fileOrFolder() },
  originals: { title: 'Choose the folder with the originals', properties: ['openDirectory'] },
  labels: {
    title: 'Choose a CSV file with the columns path,label',
    properties: ['openFile'],
    filters: [{ name: 'CSV', extensions: ['csv'] }],
  },
}

/** Lets the user choose a folder (or file); null when the dialog was closed. */
export async function choosePath(window: BrowserWindow | null, purpose: Purpose): Promise<string | null> {
  const options = CHOOSERS[purpose]
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  return canceled ? null : (filePaths[0] ?? null)
}

/** Lets the user choose where a new file goes; the system asks before it replaces one. Null when it was closed. */
export async function chooseTarget(
  window: BrowserWindow | null,
  suggested: string,
  filter: FileFilter,
): Promise<string | null> {
  const options = { title: 'Save', defaultPath: suggested, filters: [filter] }
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options))
  return canceled || filePath === '' ? null : filePath
}

/** Only macOS has one dialog for both. Elsewhere it is the folder, which holds its certificate under a fixed name. */
function fileOrFolder(): OpenDialogOptions {
  return process.platform === 'darwin'
    ? { properties: ['openFile', 'openDirectory'] }
    : { properties: ['openDirectory'] }
}
