/** Where a job reads and writes, checked before anything is done. */
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { FixativeError } from '../core/errors.js'

/** `IN-protected` beside IN. */
export function defaultOutput(input: string): string {
  const path = resolve(input)
  return join(dirname(path), `${basename(path)}-protected`)
}

/** The path with all links resolved, also of something that does not exist yet. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    return join(await real(parent), basename(path))
  }
}

function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(outer, way) === inner
}

/**
 * Absolute, real paths of the originals and of the output.
 * @param output default: `IN-protected` beside IN.
 * @throws FixativeError `input-missing`, `input-not-a-folder`, `input-unreadable`, `output-not-a-folder`,
 *   `output-is-input`, `output-inside-input`, `input-inside-output`.
 */
export async function resolvePaths(input: string, output?: string): Promise<{ input: string; output: string }> {
  const from = await real(resolve(input)).catch((error: unknown) => {
    throw unreadable(input, error)
  })
  const folder = await stat(from).catch((error: unknown) => {
    throw unreadable(input, error)
  })
  if (!folder.isDirectory()) {
    const hint = 'Give the folder that the pictures are in.'
    throw new FixativeError('input-not-a-folder', `"${input}" is a file, not a folder.`, hint)
  }
  const target = output ?? defaultOutput(input)
  const notAFolder = (cause?: unknown): FixativeError =>
    new FixativeError('output-not-a-folder', `"${target}" is not a folder.`, 'Choose another output folder.', { cause })
  const to = await real(resolve(target)).catch((error: unknown) => {
    throw notAFolder(error)
  })
  const existing = await stat(to).catch(() => null)
  if (existing && !existing.isDirectory()) throw notAFolder()
  if (to === from) {
    const message = `The output folder "${target}" is the folder of the originals, which Fixative never changes.`
    throw new FixativeError('output-is-input', message, 'Choose another output folder.')
  }
  if (contains(from, to)) {
    const message = `The output folder "${target}" lies inside the folder of the originals.`
    throw new FixativeError('output-inside-input', message, 'Choose a folder beside it.')
  }
  if (contains(to, from)) {
    const message = `The folder of the originals lies inside the output folder "${target}".`
    throw new FixativeError('input-inside-output', message, 'Choose an output folder beside the originals.')
  }
  return { input: from, output: to }
}

function unreadable(input: string, cause: unknown): FixativeError {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new FixativeError('input-missing', `There is no folder "${input}".`, 'Check its name.', { cause })
  }
  const message = `The folder "${input}" cannot be opened (${code}).`
  return new FixativeError('input-unreadable', message, 'Check its permissions.', { cause })
}
