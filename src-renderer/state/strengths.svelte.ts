/** The settings chosen for each collection, from the moment it is opened until its job is queued. */
import { DEFAULT_SETTINGS } from '../../src-main/core/settings.ts'
import type { CollectionItem, Settings } from '../../src-shared/contract/index.js'
import type { Preferences } from './preferences.svelte.ts'

export class Draft {
  settings = $state.raw<Settings>() as Settings
  /** Null: where the collection says. */
  output = $state<string | null>(null)
  /** Picture shown in the preview; null: the one at `place`. */
  item = $state.raw<CollectionItem | null>(null)
  /** Its place in the whole collection, as far as it is known. */
  place = $state(0)

  constructor(settings: Settings) {
    this.settings = settings
  }

  change(changes: Partial<Settings>): void {
    this.settings = { ...this.settings, ...changes }
  }
}

export class Strengths {
  readonly #drafts: Record<string, Draft> = {}

  constructor(private readonly preferences: Preferences) {}

  /** The draft of a collection, begun from what the last job used; the window offers one method, and no seed. */
  of(collectionId: string): Draft {
    this.#drafts[collectionId] ??= new Draft({
      ...this.preferences.values.job,
      method: DEFAULT_SETTINGS.method,
      seed: null,
    })
    return this.#drafts[collectionId]
  }
}
