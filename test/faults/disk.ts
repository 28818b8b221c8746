/**
 * Records what a program does to a folder, and what would be left of it if the program, or the power, ended there.
 *
 * The functions of `node:fs/promises` are wrapped, so the code under test is the product's own. Before every operation
 * that changes something, the one who records may ask for the state of the folder:
 *
 * - `killed`: as a SIGKILL leaves it, because the system keeps what a process has handed over;
 * - `torn`: the same in the middle of a write, half of whose bytes have arrived;
 * - `names-lost`: as a loss of power may leave it: of each file what was last synced, of each folder the names that
 *   were in it when the folder itself was last synced;
 * - `names-kept`: the same, but the system had written the names by itself: files that were never synced are empty.
 */
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'

export const FAULTS = ['killed', 'torn', 'names-lost', 'names-kept'] as const
export type Fault = (typeof FAULTS)[number]

/** What is in a folder: null for a folder, else the bytes of a file and its permissions; by relative path. */
export type Image = ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: number } | null>

export interface Operation {
  /** Counted from 0. */
  readonly index: number
  readonly name: string
  /** Relative to the folder. */
  readonly path: string
  /** The folder as the fault would leave it; null: this fault cannot happen here. */
  image(fault: Fault): Image | null
}

export interface Recording {
  /** How many operations there were. */
  readonly operations: number
  /** The folder as the fault would leave it now. */
  image(fault: Exclude<Fault, 'torn'>): Image
  stop(): void
}

type Functions = Record<string, (...args: never[]) => unknown>
const promises = createRequire(import.meta.url)('node:fs/promises') as Functions & {
  open(path: string, flags?: string, mode?: number): Promise<FileHandle>
}

interface Entry {
  readonly id: string
  readonly folder: boolean
  readonly mode: number
}

/** Inode numbers are used again; with the time of birth they are not. */
function entryOf(path: string): Entry {
  const { ino, birthtimeNs, mode } = lstatSync(path, { bigint: true })
  const folder = (Number(mode) & 0o170000) === 0o040000
  return { id: `${ino}:${birthtimeNs}`, folder, mode: Number(mode) & 0o777 }
}

function entriesOf(folder: string): Map<string, Entry> {
  return new Map(readdirSync(folder).map((name) => [name, entryOf(join(folder, name))]))
}

/**
 * Starts recording what this process does below `root`, which is taken for durable as it is.
 * @param watch told of every operation before it is done.
 */
export async function record(root: string, watch: (operation: Operation) => void): Promise<Recording> {
  const paths = new WeakMap<object, string>()
  /** Content and names when they were last synced, by `Entry.id`. */
  const synced = new Map<string, Buffer>()
  const names = new Map<string, Map<string, Entry>>()
  let operations = 0

  const settle = (folder: string): void => {
    const entries = entriesOf(folder)
    names.set(entryOf(folder).id, entries)
    for (const [name, { id, folder: isFolder }] of entries) {
      if (isFolder) settle(join(folder, name))
      else synced.set(id, readFileSync(join(folder, name)))
    }
  }
  settle(root)

  const now = (): Map<string, Entry> => entriesOf(root)
  function image(fault: Exclude<Fault, 'torn'>): Map<string, { bytes: Buffer; mode: number } | null> {
    const found = new Map<string, { bytes: Buffer; mode: number } | null>()
    const add = (path: string, entries: ReadonlyMap<string, Entry>): void => {
      for (const [name, { id, folder, mode }] of entries) {
        const at = path === '' ? name : `${path}/${name}`
        if (folder) {
          found.set(at, null)
          const kept = fault === 'names-lost' ? names.get(id) : entriesOf(join(root, at))
          add(at, kept ?? new Map<string, Entry>())
        } else {
          const bytes = fault === 'killed' ? readFileSync(join(root, at)) : (synced.get(id) ?? Buffer.alloc(0))
          found.set(at, { bytes, mode })
        }
      }
    }
    add('', fault === 'names-lost' ? names.get(entryOf(root).id)! : now())
    return found
  }

  /** @param tear what half of the write would make of the file's content. */
  function before(name: string, path: string, tear?: (content: Buffer) => Buffer): void {
    const at = relative(root, path).split(sep).join('/')
    if (at.startsWith('..')) return
    const imageOf = (fault: Fault): Image | null => {
      if (fault !== 'torn') return image(fault)
      if (!tear) return null
      const torn = image('killed')
      const file = torn.get(at)
      return torn.set(at, { bytes: tear(file?.bytes ?? Buffer.alloc(0)), mode: file?.mode ?? 0o600 })
    }
    watch({ index: operations++, name, path: at, image: imageOf })
  }

  const restore: (() => void)[] = []
  function wrap(target: Functions, name: string, make: (original: never) => (...args: never[]) => unknown): void {
    const original = target[name]!
    target[name] = make(original as never)
    restore.push(() => (target[name] = original))
  }
  const half = (data: string | Uint8Array): Buffer => {
    const bytes = Buffer.from(data as Uint8Array)
    return bytes.subarray(0, Math.floor(bytes.length / 2))
  }

  wrap(promises, 'open', (original: typeof promises.open) => {
    return async function (path: string, flags = 'r', mode?: number) {
      if (flags !== 'r') before('open', path)
      const handle = await original(path, flags, mode)
      paths.set(handle, path)
      return handle
    }
  })
  for (const name of ['rename', 'rm', 'rmdir', 'mkdir', 'unlink']) {
    wrap(promises, name, (original: (path: string, ...rest: unknown[]) => unknown) => {
      return (path: string, ...rest: unknown[]) => {
        before(name, path)
        return original(path, ...rest)
      }
    })
  }
  wrap(promises, 'writeFile', (original: (path: string, ...rest: unknown[]) => unknown) => {
    return (path: string, ...rest: unknown[]) => {
      before('writeFile', path, () => half(rest[0] as string))
      return original(path, ...rest)
    }
  })

  const sample = await promises.open(root)
  const handles = Object.getPrototypeOf(sample) as Functions
  await sample.close()
  for (const name of ['sync', 'datasync']) {
    wrap(handles, name, (original: () => Promise<void>) => {
      return async function (this: FileHandle) {
        const path = paths.get(this)
        if (path === undefined || relative(root, path).startsWith('..')) return original.call(this)
        before(name, path)
        // What is written while the system syncs need not be in what it syncs.
        const { id, folder } = entryOf(path)
        const content = folder ? null : readFileSync(path)
        const listing = folder ? entriesOf(path) : null
        await original.call(this)
        if (content) synced.set(id, content)
        if (listing) names.set(id, listing)
      }
    })
  }
  for (const name of ['writeFile', 'appendFile']) {
    wrap(handles, name, (original: (data: string | Uint8Array, ...rest: unknown[]) => unknown) => {
      return function (this: FileHandle, data: string | Uint8Array, ...rest: unknown[]) {
        const path = paths.get(this)
        if (path !== undefined) before(name, path, (content) => Buffer.concat([content, half(data)]))
        return original.call(this, data, ...rest)
      }
    })
  }
  wrap(handles, 'write', (original: (...args: unknown[]) => unknown) => {
    return function (this: FileHandle, bytes: Uint8Array, offset: number, length: number, position: number) {
      const path = paths.get(this)
      const part = half(bytes.subarray(offset, offset + length))
      if (path !== undefined) {
        before('write', path, (content) => {
          const whole = Buffer.alloc(Math.max(content.length, position + part.length))
          content.copy(whole)
          part.copy(whole, position)
          return whole
        })
      }
      return original.call(this, bytes, offset, length, position)
    }
  })
  syncBuiltinESMExports()

  return {
    get operations() {
      return operations
    },
    image,
    stop() {
      for (const undo of restore.reverse()) undo()
      syncBuiltinESMExports()
    },
  }
}

/** Makes a folder what the image says, and nothing else. */
export function writeImage(root: string, image: Image): void {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true, force: true })
  for (const [path, file] of image) {
    const full = join(root, path)
    if (file === null) mkdirSync(full, { recursive: true, mode: 0o700 })
    else {
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, file.bytes)
      chmodSync(full, file.mode)
    }
  }
}

/** Names an image by its content. */
export function imageKey(image: Image): string {
  const hash = createHash('sha256')
  for (const [path, file] of [...image].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${file ? file.bytes.length : 'folder'}\0`)
    if (file) hash.update(file.bytes)
  }
  return hash.digest('hex')
}
