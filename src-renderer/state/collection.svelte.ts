/** One collection on the screen: what main found in it, its pictures page by page, and the edits that can be undone. */
import { SvelteSet } from 'svelte/reactivity'
import type { Collection, CollectionItem, RequestPayload } from '../../src-shared/contract/index.js'
import { plural } from '../lib/format.ts'
import type { Session } from './session.svelte.ts'

const PAGE = 200
const MOST = 500

type Change = RequestPayload<'collection.relabel'>['change']

export class CollectionView {
  collection = $state.raw<Collection | null>(null)
  /** Class whose pictures are shown; null: all. */
  filter = $state<number | null>(null)
  total = $state(0)
  /** Pictures by their place in the list; holes are not loaded yet. */
  items = $state.raw<readonly (CollectionItem | undefined)[]>([])
  /** `index` of the chosen pictures. */
  readonly selected = new SvelteSet<number>()
  busy = $state(false)
  readonly editable = $derived(this.collection?.state === 'ready' && this.collection.labelSource === 'auto')
  /** Pages that are loaded or on their way. */
  #asked: boolean[] = []
  #version = 0
  #refreshed = 0
  #heard = 0
  readonly #stop: () => void

  constructor(
    private readonly session: Session,
    readonly id: string,
  ) {
    this.#stop = session.client.on('collection.changed', (collection) => {
      if (collection.id !== id) return
      this.#heard += 1
      this.#take(collection)
    })
  }

  async load(): Promise<void> {
    const { client, notices, router } = this.session
    const heard = this.#heard
    const collection = await notices.attempt(() => client.request('collection.get', { id: this.id }))
    if (!collection) router.go({ screen: 'home' })
    // An event that came while the answer was on its way tells of a later state than the answer.
    else if (heard === this.#heard) this.#take(collection)
  }

  close(): void {
    this.#stop()
  }

  show(filter: number | null): void {
    this.filter = filter
    this.selected.clear()
    this.#forget()
  }

  /** Loads the pages that hold these places. Asked again after an error or a change. */
  need(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.max(to, 1); page += 1) void this.#page(page)
  }

  toggle(index: number): void {
    if (!this.selected.delete(index)) this.selected.add(index)
  }

  /** An image id has died: asks for the pages again, at most once a second. */
  refreshImages(): void {
    if (Date.now() - this.#refreshed < 1000) return
    this.#refreshed = Date.now()
    this.#forget()
  }

  clearSelection(): void {
    this.selected.clear()
  }

  async rename(index: number, name: string): Promise<void> {
    const old = this.collection?.classes[index]?.name
    if (old === undefined || old === name || name === '') return
    await this.#edit({ kind: 'rename', class: index, name }, `Renamed ${old} to ${name}.`, () => {
      const at = this.#classNamed(name)
      return at === undefined ? Promise.resolve() : this.#edit({ kind: 'rename', class: at, name: old })
    })
  }

  async merge(index: number, into: number): Promise<void> {
    const classes = this.collection?.classes ?? []
    const [from, target] = [classes[index]?.name, classes[into]?.name]
    if (from === undefined || target === undefined) return
    const members = await this.#membersOf(index)
    await this.#edit({ kind: 'merge', class: index, into }, `Merged ${from} into ${target}.`, () =>
      this.#edit({ kind: 'move', items: members, to: from }),
    )
    if (this.filter !== null) this.show(null)
  }

  async moveSelected(to: string): Promise<void> {
    const items = [...this.selected]
    const classes = this.collection?.classes ?? []
    const moved = this.items.filter((item) => item !== undefined && this.selected.has(item.index))
    const origin = classes.map(({ index, name }) => ({
      name,
      members: moved.filter((item) => item?.class === index).map((item) => item!.index),
    }))
    if (items.length === 0 || to === '') return
    await this.#edit({ kind: 'move', items, to }, `Moved ${plural(items.length, 'picture')} to ${to}.`, async () => {
      for (const { name, members } of origin) {
        if (members.length > 0) await this.#edit({ kind: 'move', items: members, to: name })
      }
    })
    this.selected.clear()
  }

  async regroup(groups: number | null): Promise<void> {
    await this.#edit({ kind: 'regroup', groups }, 'Grouped again by look.')
    this.show(null)
  }

  async #edit(change: Change, done?: string, undo?: () => Promise<void>): Promise<void> {
    const { client, notices } = this.session
    this.busy = true
    const collection = await notices.attempt(() => client.request('collection.relabel', { id: this.id, change }))
    this.busy = false
    if (!collection) return
    this.#take(collection)
    this.#forget()
    if (done) notices.info(done, undo ? { label: 'Undo', run: () => void undo() } : null)
  }

  #classNamed(name: string): number | undefined {
    return this.collection?.classes.find((entry) => entry.name === name)?.index
  }

  async #membersOf(index: number): Promise<number[]> {
    const members: number[] = []
    for (let offset = 0; ; offset += MOST) {
      const page = await this.session.client.request('collection.items', {
        id: this.id,
        offset,
        count: MOST,
        class: index,
      })
      members.push(...page.items.map((item) => item.index))
      if (members.length >= page.total || page.items.length === 0) return members
    }
  }

  #take(collection: Collection): void {
    const old = this.collection
    this.collection = collection
    // While the folder is being read its order and classes can still change.
    if (!old || old.images !== collection.images || old.state !== collection.state) this.#forget()
  }

  /** The pages are out of date; what is on the screen stays there until its new version comes. */
  #forget(): void {
    this.#asked = []
    this.#version += 1
    this.need(0, PAGE)
  }

  async #page(page: number): Promise<void> {
    if (this.#asked[page]) return
    this.#asked[page] = true
    const version = this.#version
    const answer = await this.session.notices.attempt(() =>
      this.session.client.request('collection.items', {
        id: this.id,
        offset: page * PAGE,
        count: PAGE,
        class: this.filter,
      }),
    )
    if (!answer || version !== this.#version) return
    const items = page === 0 ? this.items.slice(0, answer.total) : [...this.items]
    items.length = answer.total
    answer.items.forEach((item, at) => {
      items[page * PAGE + at] = item
    })
    this.total = answer.total
    this.items = items
  }
}
