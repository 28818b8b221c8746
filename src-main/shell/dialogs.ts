import { dirname, join } from 'node:path'
import { app, dialog, type BrowserWindow, type FileFilter, type OpenDialogOptions } from 'electron'
import type { RequestPayload } from '../../src-shared/contract/index.js'

type Purpose = RequestPayload<'folders.choose'>['purpose']

/** What each chooser is called and what can be chosen in it. */
const CHOOSERS: Readonly<Record<Purpose, OpenDialogOptions>> = {
  collection: { title: 'Choose the folder to protect', properties: ['openDirectory'] },
  output: { title: 'Choose where the protected pictures go', properties: ['openDirectory', 'createDirectory'] },
  verify: { title: 'Choose a protected folder', properties: ['openDirectory'] },
  certificate: {
    title: 'Choose a certificate',
    properties: ['openFile'],
    filters: [{ name: 'Certificates', extensions: ['json'] }],
  },
  originals: { title: 'Choose the folder with the originals', properties: ['openDirectory'] },
  labels: {
    title: 'Choose a CSV file with the columns path,label',
    properties: ['openFile'],
    filters: [{ name: 'CSV', extensions: ['csv'] }],
  },
}

/** What is opened, and may be again, from the system's list of recent documents. */
const OPENED: ReadonlySet<Purpose> = new Set(['collection', 'verify', 'certificate'])

/** Where the last choice was made; null: nowhere yet. */
export interface LastFolder {
  get(): string | null
  set(folder: string): void
}

/** Lets the user choose a folder (or file), beginning where the last one lay; null when the dialog was closed. */
export async function choosePath(
  window: BrowserWindow | null,
  purpose: Purpose,
  last: LastFolder,
): Promise<string | null> {
  const from = last.get()
  const options = { ...CHOOSERS[purpose], ...(from === null ? {} : { defaultPath: from }) }
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  const [chosen] = filePaths
  if (canceled || chosen === undefined) return null
  last.set(dirname(chosen))
  if (OPENED.has(purpose)) app.addRecentDocument(chosen)
  return chosen
}

/**
 * Lets the user choose where a new file of a name goes, beginning in the folder of the last choice; the system asks before
 * it replaces one. Null when it was closed.
 */
export async function chooseTarget(
  window: BrowserWindow | null,
  suggested: string,
  filter: FileFilter,
  last: LastFolder,
): Promise<string | null> {
  const options = { title: 'Save', defaultPath: join(last.get() ?? '', suggested), filters: [filter] }
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options))
  if (canceled || filePath === '') return null
  last.set(dirname(filePath))
  return filePath
}
