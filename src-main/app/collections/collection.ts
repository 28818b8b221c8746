/** One folder that the user is looking at: its pictures, their classes, and what was found wrong. */
import { basename } from 'node:path'
import type { Collection, CollectionItem, RequestPayload } from '../../../src-shared/contract/index.js'
import type { FixativeErrorData } from '../../core/errors.js'
import { FixativeError } from '../../core/errors.js'
import { NOT_CERTIFIED, notCertifiable } from '../../core/certify/holdout.js'

const PROBLEMS_SHOWN = 500
const DUPLICATES_SHOWN = 500
const SAMPLES = 4

export type Change = RequestPayload<'collection.relabel'>['change']

export interface Item {
  /** Relative to the folder, with '/'. */
  readonly path: string
  /** Absolute. */
  readonly source: string
  readonly bytes: number
  /** Null until the collection has been grouped. */
  label: string | null
  width: number | null
  height: number | null
  /** False: unreadable or a duplicate, so it is not protected. */
  kept: boolean
}

interface Listed {
  readonly item: Item
  readonly index: number
  /** Rank of its class; null before grouping. */
  readonly class: number | null
}

/** The state behind the snapshot that the window sees. Items keep their index for good. */
export class CollectionState {
  readonly items: Item[] = []
  state: Collection['state'] = 'listing'
  progress = { done: 0, total: 0 }
  labelSource: Collection['labelSource'] = 'folders'
  protectedBy: string | null = null
  error: FixativeErrorData | null = null
  /** The user has changed labels by hand. */
  edited = false
  readonly #problems: { path: string; reason: string }[] = []
  readonly #duplicates: { path: string; sameAs: string }[] = []
  #problemCount = 0
  #order: string[] | null = null
  /** Kept pictures in the order of display, until something changes. */
  #listed: Listed[] | null = null

  constructor(
    readonly id: string,
    readonly folder: string,
    readonly output: string,
    readonly imageOf: (item: Item, index: number) => string,
  ) {}

  add(file: Pick<Item, 'path' | 'source' | 'bytes'>): void {
    this.items.push({ ...file, label: null, width: null, height: null, kept: true })
    this.#changed()
  }

  addProblem(path: string, reason: string): void {
    this.#problemCount++
    if (this.#problems.length < PROBLEMS_SHOWN) this.#problems.push({ path, reason })
  }

  /** Takes a picture out, because it cannot be read. */
  drop(index: number, reason: string): void {
    const item = this.items[index]!
    item.kept = false
    this.addProblem(item.path, reason)
    this.#changed()
  }

  /** Takes a picture out, because another one has the same bytes. */
  dropDuplicate(index: number, of: number): void {
    const item = this.items[index]!
    item.kept = false
    if (this.#duplicates.length < DUPLICATES_SHOWN) {
      this.#duplicates.push({ path: item.path, sameAs: this.items[of]!.path })
    }
    this.#changed()
  }

  setLabel(index: number, label: string): void {
    this.items[index]!.label = label
    this.#changed()
  }

  #changed(): void {
    this.#order = null
    this.#listed = null
  }

  /** Names of the classes in their order, which is what class indices mean. */
  classNames(): readonly string[] {
    if (!this.#order) {
      const collator = new Intl.Collator('en', { numeric: true })
      const names = new Set(this.items.flatMap(({ kept, label }) => (kept && label !== null ? [label] : [])))
      this.#order = [...names].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1))
    }
    return this.#order
  }

  /** @throws FixativeError `item-unknown` */
  item(index: number): Item {
    const item = this.items[index]
    if (item?.kept) return item
    throw new FixativeError('item-unknown', 'This picture is not in the collection any more.', 'Choose another one.')
  }

  /** One page of kept pictures: class by class, by path within each. */
  page(offset: number, count: number, only: number | null): { total: number; items: CollectionItem[] } {
    const all = (this.#listed ??= this.#list())
    const listed = only === null ? all : all.filter((entry) => entry.class === only)
    const items = listed.slice(offset, offset + count).map(({ item, index, class: at }) => ({
      index,
      path: item.path,
      class: at,
      width: item.width,
      height: item.height,
      bytes: item.bytes,
      image: this.imageOf(item, index),
    }))
    return { total: listed.length, items }
  }

  #list(): Listed[] {
    const rank = new Map(this.classNames().map((name, index) => [name, index]))
    const rankOf = ({ label }: Item): number | null => (label === null ? null : (rank.get(label) ?? null))
    return this.items
      .map((item, index) => ({ item, index, class: rankOf(item) }))
      .filter(({ item }) => item.kept)
      .sort((a, b) => (a.class ?? -1) - (b.class ?? -1) || a.index - b.index)
  }

  /**
   * Changes labels by hand; 'regroup' is not one of these changes.
   * @throws FixativeError `class-unknown`, `class-exists`, `item-unknown`
   */
  relabel(change: Exclude<Change, { kind: 'regroup' }>): void {
    const names = this.classNames()
    const nameOf = (index: number): string => {
      const name = names[index]
      if (name !== undefined) return name
      throw new FixativeError(
        'class-unknown',
        'This class is not there any more.',
        'Look at the list of classes again.',
      )
    }
    if (change.kind === 'move') {
      for (const index of change.items) this.item(index)
      for (const index of change.items) this.setLabel(index, change.to)
    } else {
      const from = nameOf(change.class)
      const to = change.kind === 'merge' ? nameOf(change.into) : change.name
      if (change.kind === 'rename' && to !== from && names.includes(to)) {
        throw new FixativeError(
          'class-exists',
          `There is a class "${to}" already.`,
          'Merge the two, or choose another name.',
        )
      }
      this.items.forEach((item, index) => {
        if (item.label === from) this.setLabel(index, to)
      })
    }
    this.edited = true
  }

  snapshot(): Collection {
    const classes = new Map(this.classNames().map((name) => [name, { count: 0, samples: [] as string[] }]))
    let images = 0
    let bytes = 0
    let megapixels = 0
    this.items.forEach((item, index) => {
      if (!item.kept) return
      images++
      bytes += item.bytes
      megapixels += ((item.width ?? 0) * (item.height ?? 0)) / 1e6
      const group = item.label === null ? undefined : classes.get(item.label)
      if (!group) return
      group.count++
      if (group.samples.length < SAMPLES) group.samples.push(this.imageOf(item, index))
    })
    const list = [...classes].map(([name, { count, samples }], index) => ({ index, name, count, samples }))
    return {
      id: this.id,
      folder: this.folder,
      name: basename(this.folder) || this.folder,
      state: this.state,
      progress: this.progress,
      images,
      bytes,
      megapixels,
      labelSource: this.labelSource,
      classes: list,
      problems: [...this.#problems],
      problemCount: this.#problemCount,
      duplicates: [...this.#duplicates],
      protectedBy: this.protectedBy,
      notCertifiable: whyNotCertifiable(list),
      output: this.output,
      error: this.error,
    }
  }
}

function whyNotCertifiable(classes: readonly { count: number }[]): string | null {
  // Not grouped yet: nothing can be said.
  if (classes.length === 0) return null
  const reason = notCertifiable(classes.map(({ count }) => count))
  return reason && NOT_CERTIFIED[reason]
}
