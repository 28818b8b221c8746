/**
 * The app's data folder: keys and the private folder of each job. Everything in it is for its owner alone, and a file
 * is either whole or not there: written under a temporary name, synced, renamed.
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type { z } from 'zod'
import { FixativeError } from '../core/errors.js'
import { encodeTensors, splitTensors, tensorHeader } from './tensors.js'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** The name of a file that is being written, also by the workers that export. */
export const TEMPORARY = /(^|\/)\.fixative-[0-9a-f-]{36}\.tmp$/
const JOB_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

/** Where Fixative keeps its data: $FIXATIVE_HOME, or the system's usual place. */
export function dataFolder(): string {
  const home = process.env['FIXATIVE_HOME']
  return home ? resolve(home) : envPaths('fixative', { suffix: '' }).data
}

/** Makes a folder, and those above it; they are on disk when this resolves. */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    await syncFolder(at)
    if (at === top || at === dirname(at)) return
  }
}

/** Makes a folder, and those above it, that only its owner can enter. */
export async function privateFolder(path: string): Promise<string> {
  await makeFolder(path, FOLDER_MODE)
  // A folder that was there before keeps its own mode otherwise.
  if (process.platform !== 'win32') await chmod(path, FOLDER_MODE)
  return path
}

/**
 * Writes a file so that a crash at any moment leaves the old content or the new one, on disk when this resolves.
 * @param mode permissions of the new file; default: its owner's alone.
 */
export async function writeAtomically(path: string, content: string | Uint8Array, mode = FILE_MODE): Promise<void> {
  const temporary = join(dirname(path), `.fixative-${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw diskError(path, error)
  }
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable – what was made, renamed or removed in it – where the system can. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch {
    // Some network file systems refuse; the rename is still atomic.
  } finally {
    await folder.close()
  }
}

/** What a failed write means, for people. */
export function diskError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = 'Free some space, or choose another folder, and start the job again: it goes on where it stopped.'
    return new FixativeError('disk-full', `There is no space left to write "${path}".`, hint, { cause: error })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const hint =
      'Choose another folder, or change its permissions, and start the job again: it goes on where it stopped.'
    return new FixativeError('not-writable', `Fixative may not write "${path}".`, hint, { cause: error })
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const message = `The folder of "${path}" is not there any more.`
    const hint = 'Connect its disk again if it was removed, and start the job again: it goes on where it stopped.'
    return new FixativeError('folder-gone', message, hint, { cause: error })
  }
  return error
}

/** Tensors of a file, by name. */
export type Tensors = Readonly<Record<string, Float32Array>>

/** The private folder of one job. */
export interface JobFolder {
  readonly id: string
  readonly path: string
  /** Absolute path of one of its files. */
  file(name: string): string
  create(): Promise<void>
  exists(name?: string): Promise<boolean>
  writeJson(name: string, value: unknown): Promise<void>
  /** Null when there is no such file. @throws FixativeError `job-damaged` when it does not fit the schema. */
  readJson<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
  /** One file that holds numbers with a description, replaced as a whole: a checkpoint. */
  writeTensors(name: string, meta: unknown, tensors: Tensors): Promise<void>
  /** Null when there is no such file. @throws FixativeError `job-damaged`. */
  readTensors<T>(name: string, schema: z.ZodType<T>): Promise<{ meta: T; tensors: Record<string, Float32Array> } | null>
  removeFile(name: string): Promise<void>
  /** Removes what a write that was cut off has left: secrets that nothing else would remove. */
  removeTemporaries(): Promise<void>
  /** Removes the folder with all secrets in it. */
  remove(): Promise<void>
}

export interface Storage {
  readonly root: string
  readonly keys: string
  /** @throws FixativeError `job-id-invalid` for a name that could leave the folder. */
  job(id: string): JobFolder
  /** Ids of all jobs that have a folder. */
  jobs(): Promise<string[]>
}

/** Opens the data folder; nothing is created before something is written. */
export function openStorage(root = dataFolder()): Storage {
  const jobs = join(root, 'jobs')
  return {
    root,
    keys: join(root, 'keys'),
    job(id) {
      if (!JOB_ID.test(id)) throw new FixativeError('job-id-invalid', `"${id}" is not the name of a job.`)
      return jobFolder(id, join(jobs, id))
    },
    async jobs() {
      const entries = await readdir(jobs, { withFileTypes: true }).catch(() => [])
      return entries.filter((entry) => entry.isDirectory() && JOB_ID.test(entry.name)).map((entry) => entry.name)
    },
  }
}

function damaged(path: string, cause?: unknown): FixativeError {
  const message = `The job's own file "${path}" is damaged.`
  return new FixativeError('job-damaged', message, 'Start the job anew.', { cause })
}

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function jobFolder(id: string, path: string): JobFolder {
  const file = (name: string): string => join(path, name)
  const parsed = <T>(name: string, text: string, schema: z.ZodType<T>): T => {
    try {
      return schema.parse(JSON.parse(text))
    } catch (error) {
      throw damaged(file(name), error)
    }
  }
  return {
    id,
    path,
    file,
    async create() {
      await privateFolder(dirname(dirname(path)))
      await privateFolder(dirname(path))
      await privateFolder(path)
    },
    async exists(name) {
      return stat(name === undefined ? path : file(name)).then(
        () => true,
        () => false,
      )
    },
    writeJson: (name, value) => writeAtomically(file(name), `${JSON.stringify(value)}\n`),
    async readJson(name, schema) {
      const bytes = await bytesOf(file(name))
      return bytes && parsed(name, bytes.toString('utf8'), schema)
    },
    writeTensors: (name, meta, tensors) => writeAtomically(file(name), encodeTensors(meta, tensors)),
    async readTensors(name, schema) {
      const bytes = await bytesOf(file(name))
      if (!bytes) return null
      const { header, body } = splitTensors(bytes) ?? fail(damaged(file(name)))
      const parts = parsed(name, header, tensorHeader(schema))
      const tensors: Record<string, Float32Array> = {}
      let offset = 0
      for (const [tensor, length] of parts.tensors) {
        const end = offset + length * 4
        if (end > body.length) throw damaged(file(name))
        // A copy, because the bytes of a file need not start at a multiple of four.
        tensors[tensor] = new Float32Array(Uint8Array.from(body.subarray(offset, end)).buffer)
        offset = end
      }
      if (offset !== body.length) throw damaged(file(name))
      return { meta: parts.meta, tensors }
    },
    removeFile: (name) => rm(file(name), { force: true }),
    async removeTemporaries() {
      for (const name of await readdir(path)) if (TEMPORARY.test(name)) await rm(file(name), { force: true })
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}

function fail(error: Error): never {
  throw error
}

/** Absolute path of a file that is named by its path below a root, with '/'. */
export function below(root: string, path: string): string {
  return join(root, ...path.split('/'))
}
