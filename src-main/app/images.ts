/** The pictures that the window shows, each behind an opaque id. */
import { randomBytes } from 'node:crypto'

/** One encoded picture. */
export interface ServedImage {
  readonly bytes: Uint8Array
  readonly mime: string
}

export type RenderImage = () => Promise<ServedImage>

export interface ImageStoreOptions {
  /** How many ids are remembered. */
  readonly ids?: number
  /** How many bytes of finished pictures are kept. */
  readonly bytes?: number
  /** How many pictures are made at a time; the newest request goes first, because the window has scrolled on. */
  readonly atOnce?: number
}

interface Entry {
  readonly id: string
  readonly key: string
  readonly render: RenderImage
}

/**
 * Maps random 128-bit ids to pictures that are made when they are asked for. An id is also the right to see the
 * picture, so it cannot be guessed and says nothing of the path. Ids and bytes are bounded; the least recently used
 * go first.
 */
export class ImageStore {
  readonly #entries = new Map<string, Entry>()
  readonly #idOfKey = new Map<string, string>()
  readonly #cache = new Map<string, ServedImage>()
  readonly #inFlight = new Map<string, Promise<ServedImage>>()
  readonly #waiting: (() => void)[] = []
  readonly #maxIds: number
  readonly #maxBytes: number
  readonly #atOnce: number
  #cachedBytes = 0
  #running = 0

  constructor({ ids = 50_000, bytes = 96 * 2 ** 20, atOnce = 4 }: ImageStoreOptions = {}) {
    this.#maxIds = ids
    this.#maxBytes = bytes
    this.#atOnce = atOnce
  }

  /** The id of the picture called `key`; the same key gives the same id while it is remembered. */
  add(key: string, render: RenderImage): string {
    const known = this.#idOfKey.get(key)
    if (known !== undefined) {
      const entry = this.#entries.get(known)
      if (entry) this.#touch(this.#entries, known, entry)
      return known
    }
    const id = randomBytes(16).toString('base64url')
    this.#entries.set(id, { id, key, render })
    this.#idOfKey.set(key, id)
    if (this.#entries.size > this.#maxIds) this.#forget(this.#entries.keys().next().value!)
    return id
  }

  /** Bytes of a picture. Null: unknown id, or the picture can no longer be made (its file is gone). */
  readonly read = async (id: string): Promise<ServedImage | null> => {
    const entry = this.#entries.get(id)
    if (!entry) return null
    this.#touch(this.#entries, id, entry)
    const cached = this.#cache.get(id)
    if (cached) {
      this.#touch(this.#cache, id, cached)
      return cached
    }
    const running = this.#inFlight.get(id) ?? this.#make(entry)
    return running.catch(() => null)
  }

  /** Forgets all pictures whose key starts with `prefix`. */
  removeAll(prefix: string): void {
    for (const [key, id] of this.#idOfKey) if (key.startsWith(prefix)) this.#forget(id)
  }

  #make(entry: Entry): Promise<ServedImage> {
    const made = this.#limited(entry.render)
      .then((image) => {
        if (this.#entries.has(entry.id)) this.#keep(entry.id, image)
        return image
      })
      .finally(() => this.#inFlight.delete(entry.id))
    this.#inFlight.set(entry.id, made)
    return made
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      // The place is handed over rather than freed, so that a newcomer cannot take it in between.
      const next = this.#waiting.pop()
      if (next) next()
      else this.#running--
    }
  }

  #keep(id: string, image: ServedImage): void {
    this.#cache.set(id, image)
    this.#cachedBytes += image.bytes.byteLength
    while (this.#cachedBytes > this.#maxBytes && this.#cache.size > 1) this.#drop(this.#cache.keys().next().value!)
  }

  #drop(id: string): void {
    this.#cachedBytes -= this.#cache.get(id)?.bytes.byteLength ?? 0
    this.#cache.delete(id)
  }

  #forget(id: string): void {
    const entry = this.#entries.get(id)
    if (entry) this.#idOfKey.delete(entry.key)
    this.#entries.delete(id)
    this.#drop(id)
  }

  /** A Map keeps the order of insertion: putting an entry back makes it the newest. */
  #touch<V>(map: Map<string, V>, id: string, value: V): void {
    map.delete(id)
    map.set(id, value)
  }
}
