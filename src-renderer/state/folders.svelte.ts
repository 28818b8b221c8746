/** Choosing a folder: the system's dialog where there is one, else the window's own, which asks main for folders. */
import type { AppInfo, Client, FolderListing, RequestInput } from '../../src-shared/contract/index.js'
import type { Notices } from './notices.svelte.ts'

export type Purpose = RequestInput<'folders.choose'>['purpose']

const TITLES: Record<Purpose, string> = {
  collection: 'Choose a folder of pictures',
  output: 'Choose where the protected pictures go',
  verify: 'Choose a protected folder',
  certificate: 'Choose a folder that holds a certificate',
  originals: 'Choose the folder of the originals',
  labels: 'Choose a CSV file',
}

export class Folders {
  /** The purpose while the window's own chooser is open. */
  open = $state<Purpose | null>(null)
  listing = $state.raw<FolderListing | null>(null)
  busy = $state(false)
  readonly title = $derived(this.open ? TITLES[this.open] : '')
  #answer: ((path: string | null) => void) | null = null

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
    private readonly info: AppInfo,
  ) {}

  /** The chosen path, or null when the user changed their mind. */
  async choose(purpose: Purpose): Promise<string | null> {
    if (this.info.capabilities.dialogs) {
      const answer = await this.notices.attempt(() => this.client.request('folders.choose', { purpose }))
      return answer?.path ?? null
    }
    this.finish(null)
    this.open = purpose
    void this.show(this.listing?.path ?? null)
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  /** Opens a folder in the chooser; null is home. */
  async show(path: string | null): Promise<void> {
    this.busy = true
    const listing = await this.notices.attempt(() => this.client.request('folders.list', { path }))
    if (listing) this.listing = listing
    this.busy = false
  }

  /** Closes the chooser with its answer. */
  finish(path: string | null): void {
    this.open = null
    this.#answer?.(path)
    this.#answer = null
  }
}
