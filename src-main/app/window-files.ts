import { CONTENT_TYPES } from '../../src-shared/page-policy.js'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { FixativeError } from '../core/errors.js'

/** A file of the built window. */
export interface WindowFile {
  readonly body: Buffer
  readonly type: string
}

/**
 * All files of the built window, by their path from `folder` with '/'. They are read once, at start, and a request only
 * looks them up: no path is ever made from a URL, so none can lead out of the folder.
 *
 * @throws FixativeError `window-missing` when the window has not been built
 */
export async function loadWindow(folder: string): Promise<ReadonlyMap<string, WindowFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, WindowFile>()
  for (const entry of entries) {
    if (!entry.isFile() || !Object.hasOwn(CONTENT_TYPES, extname(entry.name))) continue
    const file = join(entry.parentPath, entry.name)
    const body = await readFile(file)
    files.set(relative(folder, file).split(sep).join('/'), { body, type: CONTENT_TYPES[extname(entry.name)]! })
  }
  if (files.has('index.html')) return files
  throw new FixativeError('window-missing', `The window is not in ${folder}.`, 'Build it with: npm run build')
}
