/** Looking at folders on behalf of the window's own chooser. Nothing is read but names. */
import { CERTIFICATE_NAME } from '../core/file-names.js'
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { FolderListing, RequestOutput } from '../../src-shared/contract/index.js'
import { FixativeError } from '../core/errors.js'

const IMAGES = new Set(['.jpg', '.jpeg', '.jfif', '.png', '.webp', '.tif', '.tiff', '.avif'])

/**
 * Sub-folders of a folder (null: the user's home, which "~" stands for too), without hidden ones, in reading order.
 *
 * @throws FixativeError `folder-unreadable` when it does not exist or may not be read
 */
export async function listFolder(path: string | null): Promise<FolderListing> {
  const folder = resolve((path ?? '~').replace(/^~(?=$|[\\/])/, () => homedir()))
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new FixativeError(
      'folder-unreadable',
      `The folder ${folder} cannot be opened.`,
      'Choose another one, or check that you may read it.',
      { cause },
    )
  })
  const visible = entries.filter((entry) => !entry.name.startsWith('.'))
  const folders = await Promise.all(
    visible.map(async (entry) => {
      const path = join(folder, entry.name)
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(path)))
      return isFolder ? [{ name: entry.name, path }] : []
    }),
  )
  const collator = new Intl.Collator(undefined, { numeric: true })
  const parent = dirname(folder)
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: folders.flat().sort((a, b) => collator.compare(a.name, b.name)),
    images: visible.filter((entry) => entry.isFile() && IMAGES.has(extname(entry.name).toLowerCase())).length,
    certificate: visible.some((entry) => entry.name === CERTIFICATE_NAME) ? join(folder, CERTIFICATE_NAME) : null,
  }
}

/** What a dropped file or folder is; a folder that holds a certificate is a protected one. */
export async function dropKind(path: string): Promise<RequestOutput<'folders.fromDrop'>> {
  const full = resolve(path)
  const facts = await stat(full).catch(() => null)
  if (facts?.isDirectory()) {
    const certificate = await stat(join(full, CERTIFICATE_NAME)).catch(() => null)
    return { path: full, kind: certificate?.isFile() ? 'protected' : 'collection' }
  }
  const isCertificate = facts?.isFile() === true && basename(full).toLowerCase().endsWith('.json')
  return { path: full, kind: isCertificate ? 'certificate' : 'other' }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}
