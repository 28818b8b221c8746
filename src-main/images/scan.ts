/** What is in a folder: the pictures that can be protected, and why the others cannot. */
import { CERTIFICATE_NAME, REPORT_NAME, isSystemFile } from '../core/file-names.js'
import type { Dirent } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { FixativeError } from '../core/errors.js'
import type { Header } from './inspect.js'
import { readFailure, readHead, sniff } from './sniff.js'
import type { OutputFormat } from './types.js'

export interface FoundFile {
  /** Relative to the root, with '/'. */
  readonly path: string
  /** Absolute. */
  readonly source: string
  readonly bytes: number
  /** The folder part of `path`; '' at the root. */
  readonly folder: string
  /** By content, whatever the name says. */
  readonly format: OutputFormat
}

export interface SkippedFile {
  readonly path: string
  /** One plain sentence. */
  readonly reason: string
}

export interface ScanResult {
  /** Absolute. */
  readonly root: string
  readonly files: readonly FoundFile[]
  readonly skipped: readonly SkippedFile[]
}

export interface ScanOptions {
  /**
   * Opens pictures, in order, so that every kind that cannot be protected is told. Absent: only the first bytes are read,
   * which is many times quicker, for a list that opens each picture later anyway.
   */
  readonly headers?: ((sources: readonly string[]) => Promise<readonly Header[]>) | undefined
  readonly signal?: AbortSignal | undefined
  /** Called now and then with the number of files looked at so far. */
  readonly onProgress?: ((seen: number) => void) | undefined
}

const OWN_FILES = new Set([CERTIFICATE_NAME, REPORT_NAME])
const SYSTEM_FOLDERS = new Set(['__macosx', '$recycle.bin', 'system volume information'])
/** Files looked at a time: enough to hide the latency of a network drive, few enough for any limit of open files. */
const PARALLEL = 16

/**
 * Looks through a folder and all its sub-folders. Pictures are told by their content, not by name. Files of the system
 * and dot-files are passed over silently, as are Fixative's own; everything else that is no picture to be protected is
 * in `skipped` with a reason. Links are never followed: a link inside the folder leads to something that is looked at
 * anyway, one that leaves it is none of the collection's, and none can make a loop.
 *
 * No pixels are read. Both lists are in the order of their paths' code units, so equal folders give equal results.
 *
 * @throws FixativeError `folder-missing`, `not-a-folder` or `folder-unreadable` for the root; the signal's reason.
 */
export async function scan(root: string, { headers, signal, onProgress }: ScanOptions = {}): Promise<ScanResult> {
  const top = resolve(root)
  await checkRoot(top)
  const files: FoundFile[] = []
  const skipped: SkippedFile[] = []
  const folders = ['']
  let seen = 0

  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted()
    let batch: Entry[] = []
    const here = folder
    const lookAt = async (): Promise<void> => {
      const entries = batch
      batch = []
      const found = await look(top, entries, headers)
      for (const [at, { path, source }] of entries.entries()) {
        const file = found[at]!
        if ('reason' in file) skipped.push({ path, reason: file.reason })
        else files.push({ path, source, folder: here, ...file })
      }
      if (entries.length > 0) onProgress?.((seen += entries.length))
    }
    try {
      for await (const entry of await opendir(join(top, here))) {
        signal?.throwIfAborted()
        const path = here === '' ? entry.name : `${here}/${entry.name}`
        if (isIgnored(entry)) continue
        if (entry.isDirectory()) folders.push(path)
        else batch.push({ path, source: join(top, path), entry })
        if (batch.length === PARALLEL) await lookAt()
      }
    } catch (error) {
      // What the signal or a worker says is no fault of the folder.
      if (signal?.aborted || (error as NodeJS.ErrnoException).syscall === undefined) throw error
      if (here === '') throw unreadableRoot(top, error)
      skipped.push({ path: here, reason: folderFailure(error) })
    }
    await lookAt()
  }
  files.sort(byPath)
  skipped.sort(byPath)
  return { root: top, files, skipped }
}

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

function isIgnored(entry: Dirent): boolean {
  const { name } = entry
  return name.startsWith('.') || isSystemFile(name) || OWN_FILES.has(name) || SYSTEM_FOLDERS.has(name.toLowerCase())
}

interface Entry {
  readonly path: string
  readonly source: string
  readonly entry: Dirent
}
type Looked = Pick<FoundFile, 'bytes' | 'format'> | { readonly reason: string }

/** What each entry is, in order: by its first bytes, and those that are pictures by their headers. */
async function look(top: string, entries: readonly Entry[], headers: ScanOptions['headers']): Promise<Looked[]> {
  const found = await Promise.all(entries.map(({ source, entry }) => lookAtStart(top, source, entry)))
  if (headers === undefined) return found
  const images = [...found.keys()].filter((at) => !('reason' in found[at]!))
  if (images.length === 0) return found
  const opened = await headers(images.map((at) => entries[at]!.source))
  for (const [nth, at] of images.entries()) {
    const header = opened[nth]!
    if (!header.ok) found[at] = { reason: header.reason }
  }
  return found
}

async function lookAtStart(top: string, source: string, entry: Dirent): Promise<Looked> {
  if (entry.isSymbolicLink()) return { reason: await linkReason(top, source) }
  // A pipe would block whoever opens it.
  if (!entry.isFile()) return { reason: 'It is not an ordinary file.' }
  try {
    const sniffed = sniff(await readHead(source))
    if ('reason' in sniffed) return sniffed
    return { bytes: (await stat(source)).size, format: sniffed.format }
  } catch (error) {
    return { reason: readFailure(error) }
  }
}

async function linkReason(top: string, source: string): Promise<string> {
  try {
    const [to, from] = await Promise.all([realpath(source), realpath(top)])
    const way = relative(from, to)
    const inside = !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`)
    return inside
      ? 'It is a link to something in this same folder, which is taken from its own place.'
      : 'It is a link that leads out of the folder; such links are not followed.'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP'
      ? 'It is a link that leads to itself.'
      : 'It is a link to something that is not there.'
  }
}

function folderFailure(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'The folder may not be opened: its permissions forbid it.'
  if (code === 'ENAMETOOLONG') return 'The folder lies too deep: its path is too long for this system.'
  if (code === 'ENOENT') return 'The folder is not there any more.'
  return `The folder cannot be read (${code ?? String(error)}).`
}

async function checkRoot(root: string): Promise<void> {
  let isFolder
  try {
    isFolder = (await stat(root)).isDirectory()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new FixativeError('folder-missing', `There is no folder "${root}".`, 'Check its name.', { cause: error })
    }
    throw unreadableRoot(root, error)
  }
  if (!isFolder) {
    throw new FixativeError('not-a-folder', `"${root}" is not a folder.`, 'Give the folder that the pictures are in.')
  }
}

function unreadableRoot(root: string, cause: unknown): FixativeError {
  const { code } = cause as NodeJS.ErrnoException
  return new FixativeError(
    'folder-unreadable',
    `The folder "${root}" cannot be read (${code ?? String(cause)}).`,
    'Check its permissions.',
    { cause },
  )
}
