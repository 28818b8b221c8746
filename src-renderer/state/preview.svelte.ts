/** The live preview and estimate of the strength screen: asked again when a setting rests for a moment. */
import { visibilityOf } from '../../src-main/core/settings.js'
import type { CollectionItem, Estimate, Preview } from '../../src-shared/contract/index.js'
import type { Session } from './session.svelte.ts'
import type { Draft } from './strengths.svelte.ts'

const REST_MS = 150
/** Pictures smaller than this are shown enlarged, or nothing could be seen at all. */
const SMALL = 240

export class PreviewView {
  preview = $state.raw<Preview | null>(null)
  estimate = $state.raw<Estimate | null>(null)
  item = $state.raw<CollectionItem | null>(null)
  total = $state(0)
  busy = $state(false)
  /** Middle of the shown part, 0–1 of the picture. */
  center = $state.raw({ x: 0.5, y: 0.5 })
  /** Size of the shown part in picture pixels at 100 %. */
  frame = $state.raw({ width: 640, height: 480 })
  /** Enlargement chosen by the user; null: 100 %, more for tiny pictures. */
  zoom = $state<number | null>(null)
  readonly scale = $derived(this.zoom ?? autoScale(this.preview))
  #timer: ReturnType<typeof setTimeout> | undefined
  #version = 0
  #retried = 0

  constructor(
    private readonly session: Session,
    private readonly collectionId: string,
    readonly draft: Draft,
  ) {}

  /** Called from an effect: reads what the preview depends on and asks after a rest. */
  refresh(): void {
    const { settings, item, place } = this.draft
    const { center, frame } = this
    const zoom = this.zoom ?? 1
    clearTimeout(this.#timer)
    const version = ++this.#version
    this.#timer = setTimeout(() => {
      this.busy = true
      void this.#ask(version, async () => {
        const { client } = this.session
        await this.#loadItem(item, place)
        if (!this.item) return
        const preview = await client.request('preview', {
          collectionId: this.collectionId,
          index: this.item.index,
          visibility: visibilityOf(settings),
          strength: settings.strength,
          resolution: settings.resolution,
          width: clampSize(frame.width / zoom),
          height: clampSize(frame.height / zoom),
          centerX: center.x,
          centerY: center.y,
        })
        const estimate = await client.request('estimate', { collectionId: this.collectionId, settings })
        if (version !== this.#version) return
        this.preview = preview
        this.estimate = estimate
      })
    }, REST_MS)
  }

  /** A picture could not be loaded, its id may have died: asks again, but not for ever. */
  retryImages(): void {
    if (Date.now() - this.#retried < 2000) return
    this.#retried = Date.now()
    this.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#version += 1
  }

  /** Shows the next picture, or the one before. */
  step(by: number): void {
    if (this.total === 0) return
    this.draft.place = (this.draft.place + by + this.total) % this.total
    this.draft.item = null
    this.center = { x: 0.5, y: 0.5 }
  }

  /** Moves the shown part by half its size. */
  pan(dx: number, dy: number): void {
    const { preview } = this
    if (!preview) return
    const move = (at: number, by: number, part: number, whole: number) =>
      Math.min(1, Math.max(0, at + (by * part) / (2 * whole)))
    this.center = {
      x: move((preview.x + preview.width / 2) / preview.imageWidth, dx, preview.width, preview.imageWidth),
      y: move((preview.y + preview.height / 2) / preview.imageHeight, dy, preview.height, preview.imageHeight),
    }
  }

  async #loadItem(chosen: CollectionItem | null, place: number): Promise<void> {
    const page = await this.session.client.request('collection.items', {
      id: this.collectionId,
      offset: place,
      count: 1,
    })
    this.total = page.total
    this.item = chosen ?? page.items[0] ?? null
  }

  async #ask(version: number, work: () => Promise<void>): Promise<void> {
    await this.session.notices.attempt(work)
    if (version === this.#version) this.busy = false
  }
}

function clampSize(size: number): number {
  return Math.min(2048, Math.max(16, Math.round(size)))
}

function autoScale(preview: Preview | null): number {
  if (!preview) return 1
  const side = Math.max(preview.imageWidth, preview.imageHeight)
  return side >= SMALL ? 1 : Math.max(1, Math.floor(320 / side))
}
