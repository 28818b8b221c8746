/** The collections that the window has open, and the work of looking at them. */
import { CERTIFICATE_NAME } from '../../core/file-names.js'
import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Collection, Emit, RequestOutput } from '../../../src-shared/contract/index.js'
import { errorData, FixativeError } from '../../core/errors.js'
import type { Settings } from '../../core/settings.js'
import { LOOK_LENGTH, LOOK_SIDE } from '../../images/groups.js'
import { isFlat, labelByCsv, labelByFolders, type Labels } from '../../images/labels.js'
import { scan } from '../../images/scan.js'
import type { Pool } from '../../workers/pool.js'
import { ALREADY_PROTECTED } from '../../certificates/protected-files.js'
import type { ImageStore } from '../images.js'
import { CollectionState, type Change, type Item } from './collection.js'
import { readAll } from './reading.js'

const EMIT_EVERY_MS = 200
/** Open collections; the oldest is closed first. */
const MOST_OPEN = 8
/** Longest side of a list's picture, pixels. */
const LIST_SIZE = 256
/** What somebody is looking at goes before what is read in the background. */
const LOOKING = 10

export interface RegistryOptions {
  /** SHA-256 of the files that Fixative has written on this computer. */
  readonly protectedHashes: () => Promise<ReadonlySet<string>>
  readonly pool: Pool
  readonly images: ImageStore
  readonly emit: Emit
  /** Folder for protected copies, null: beside the originals. */
  readonly outputFolder: () => string | null
}

interface Open {
  readonly state: CollectionState
  readonly labels: Settings['labels']
  readonly controller: AbortController
  /** How each picture looks, by item index. */
  readonly looks: Map<number, Float32Array>
  timer: NodeJS.Timeout | undefined
  sentAt: number
  /** Settles when nothing is being done for it any more. */
  work: Promise<void>
}

export class CollectionRegistry {
  readonly #open = new Map<string, Open>()
  readonly #options: RegistryOptions

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /** Starts looking at a folder; the snapshot that is answered is of its first moment. */
  inspect(folder: string, labels: Settings['labels']): Collection {
    const { pool, images } = this.#options
    const full = resolve(folder)
    const id = randomUUID()
    const imageOf = (item: Item, index: number): string =>
      images.add(`collection/${id}/${index}`, () =>
        pool.run('image', { source: item.source, size: LIST_SIZE }, { priority: LOOKING }),
      )
    const parent = this.#options.outputFolder() ?? dirname(full)
    const output = join(parent, `${basename(full) || 'pictures'}-protected`)
    const open: Open = {
      state: new CollectionState(id, full, output, imageOf),
      labels,
      controller: new AbortController(),
      looks: new Map(),
      timer: undefined,
      sentAt: -Infinity,
      work: Promise.resolve(),
    }
    for (const old of [...this.#open.keys()].slice(0, Math.max(0, this.#open.size - MOST_OPEN + 1))) this.close(old)
    this.#open.set(id, open)
    open.work = this.#look(open)
    return open.state.snapshot()
  }

  get(id: string): Collection {
    return this.#entry(id).state.snapshot()
  }

  items(id: string, offset: number, count: number, only: number | null): RequestOutput<'collection.items'> {
    return this.#entry(id).state.page(offset, count, only)
  }

  /** Absolute path of an item's file. @throws FixativeError `item-unknown` */
  source(id: string, item: number): string {
    return this.#entry(id).state.item(item).source
  }

  /** @throws FixativeError `still-looking` before the collection is complete, and as `CollectionState.relabel` */
  async relabel(id: string, change: Change): Promise<Collection> {
    const open = this.#entry(id)
    this.#complete(open)
    if (change.kind === 'regroup') {
      open.work = this.#regroup(open, change.groups)
      await open.work
    } else open.state.relabel(change)
    this.#emit(open)
    return open.state.snapshot()
  }

  /**
   * The labels that a job of this resolution must use to get the classes that are shown: null when its own labelling
   * gives the same.
   *
   * @throws FixativeError `still-looking`, `nothing-to-protect`
   */
  labelling(id: string, resolution: number): { path: string; label: string }[] | null {
    const open = this.#entry(id)
    this.#complete(open)
    const kept = open.state.items.filter((item) => item.kept)
    if (kept.length === 0) {
      throw new FixativeError(
        'nothing-to-protect',
        `There is no picture in ${open.state.folder} that can be protected.`,
        'The list of problems says why; choose another folder.',
      )
    }
    if (!open.state.edited && (open.state.labelSource !== 'auto' || resolution === LOOK_SIDE)) return null
    return kept.flatMap(({ path, label }) => (label === null ? [] : [{ path, label }]))
  }

  /** The way of labelling that the collection was opened with. */
  labels(id: string): Settings['labels'] {
    return this.#entry(id).labels
  }

  close(id: string): void {
    const open = this.#open.get(id)
    if (!open) return
    open.controller.abort(new FixativeError('closed', 'The collection was closed.'))
    clearTimeout(open.timer)
    this.#open.delete(id)
    this.#options.images.removeAll(`collection/${id}/`)
  }

  /** Closes all and waits for the work on them. */
  async closeAll(): Promise<void> {
    const work = [...this.#open.values()].map((open) => open.work)
    for (const id of [...this.#open.keys()]) this.close(id)
    await Promise.all(work)
  }

  async #look(open: Open): Promise<void> {
    const { state, controller } = open
    try {
      await this.#list(open)
      await this.#read(open)
      this.#settle(open)
      if (state.labelSource === 'auto') await this.#group(open, null)
      state.state = 'ready'
    } catch (error) {
      if (controller.signal.aborted) return
      state.state = 'failed'
      state.error = errorData(error)
    }
    this.#emit(open)
  }

  async #list(open: Open): Promise<void> {
    const { state, labels, controller } = open
    const onProgress = (seen: number): void => {
      state.progress = { done: seen, total: 0 }
      this.#emitSoon(open)
    }
    const { files, skipped } = await scan(state.folder, { signal: controller.signal, onProgress })
    for (const { path, reason } of skipped) state.addProblem(path, reason)
    for (const { path, source, bytes } of files) state.add({ path, source, bytes })
    const certificate = join(state.folder, CERTIFICATE_NAME)
    state.protectedBy = await stat(certificate).then(
      () => certificate,
      () => null,
    )
    if (files.length === 0) return
    if (typeof labels === 'object') {
      state.labelSource = 'csv'
      const named = await labelByCsv(labels.csv, files)
      for (const { path, reason } of named.problems) state.addProblem(path, reason)
      assign(state, named)
      state.items.forEach((item, index) => {
        if (item.label === null) state.drop(index, 'The list of labels does not name it.')
      })
    } else if (labels === 'auto' || (labels === 'default' && isFlat(files))) state.labelSource = 'auto'
    else assign(state, labelByFolders(files))
  }

  async #read(open: Open): Promise<void> {
    const { state, controller } = open
    const firstOf = new Map<string, number>()
    const already = await this.#options.protectedHashes()
    state.state = 'reading'
    const indices = [...state.items.keys()].filter((index) => state.items[index]!.kept)
    state.progress = { done: 0, total: indices.length }
    this.#emit(open)
    await readAll(
      indices.map((index) => ({ index, source: state.items[index]!.source })),
      { pool: this.#options.pool, signal: controller.signal },
      (index, found) => {
        state.progress = { ...state.progress, done: state.progress.done + 1 }
        const item = state.items[index]!
        if (!found.ok) state.drop(index, found.reason)
        else if (already.has(found.sha256)) state.drop(index, ALREADY_PROTECTED)
        else {
          item.width = found.width
          item.height = found.height
          const same = firstOf.get(found.sha256)
          // Whichever was read first: the one that comes first in the folder is kept.
          if (same === undefined) firstOf.set(found.sha256, index)
          else {
            firstOf.set(found.sha256, Math.min(same, index))
            state.dropDuplicate(Math.max(same, index), Math.min(same, index))
          }
          open.looks.set(index, found.look)
        }
        this.#emitSoon(open)
      },
    )
  }

  /** The classes of the pictures that are left: a job sorts only those that can be read. */
  #settle(open: Open): void {
    const { state } = open
    const kept = [...state.items.entries()].filter(([, item]) => item.kept)
    if (kept.length === 0 || kept.length === state.items.length || typeof open.labels === 'object') return
    const files = kept.map(([, { path }]) => ({ folder: path.slice(0, Math.max(0, path.lastIndexOf('/'))) }))
    state.labelSource = open.labels === 'auto' || (open.labels === 'default' && isFlat(files)) ? 'auto' : 'folders'
    if (state.labelSource === 'auto') return
    const { classes, labels } = labelByFolders(files)
    kept.forEach(([index], at) => state.setLabel(index, classes[labels[at]!]!))
  }

  async #regroup(open: Open, groups: number | null): Promise<void> {
    await this.#group(open, groups)
    open.state.labelSource = 'auto'
    open.state.edited = groups !== null
  }

  async #group(open: Open, groups: number | null): Promise<void> {
    const { state, controller } = open
    const indices = [...state.items.keys()].filter((index) => state.items[index]!.kept)
    if (indices.length === 0) return
    const before = state.state
    state.state = 'grouping'
    this.#emit(open)
    const looks = new Float32Array(indices.length * LOOK_LENGTH)
    indices.forEach((index, at) => looks.set(open.looks.get(index)!, at * LOOK_LENGTH))
    const found = await this.#options.pool.run(
      'groups',
      { looks, groups, seed: 'look' },
      { signal: controller.signal, priority: LOOKING },
    )
    indices.forEach((index, at) => state.setLabel(index, found.classes[found.labels[at]!]!))
    state.state = before
  }

  #complete(open: Open): void {
    if (open.state.state === 'ready') return
    const { error } = open.state
    if (error) throw new FixativeError(error.code, error.message, error.hint)
    throw new FixativeError(
      'still-looking',
      'Fixative is still looking at the pictures.',
      'Wait until it has seen them.',
    )
  }

  #emitSoon(open: Open): void {
    if (open.timer) return
    const wait = Math.max(0, open.sentAt + EMIT_EVERY_MS - performance.now())
    open.timer = setTimeout(() => this.#emit(open), wait)
  }

  #emit(open: Open): void {
    clearTimeout(open.timer)
    open.timer = undefined
    if (!this.#open.has(open.state.id)) return
    open.sentAt = performance.now()
    this.#options.emit('collection.changed', open.state.snapshot())
  }

  #entry(id: string): Open {
    const open = this.#open.get(id)
    if (open) return open
    throw new FixativeError('collection-unknown', 'This collection is not open any more.', 'Choose the folder again.')
  }
}

function assign(state: CollectionState, { classes, labels }: Labels): void {
  labels.forEach((label, index) => {
    if (label >= 0) state.setLabel(index, classes[label]!)
  })
}
