/** The app's settings as main keeps them; the theme is put on the page here. */
import type { AppSettings, Client } from '../../src-main/contract.js'
import type { Notices } from './notices.svelte.ts'

const SINGLE_KEYS = 'fixative.single-keys'

export class Preferences {
  values = $state.raw<AppSettings>() as AppSettings
  /** Shortcuts of one character ('?') can be switched off, for people who speak to their computer. */
  singleKeys = $state(localStorage.getItem(SINGLE_KEYS) !== 'off')

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
    initial: AppSettings,
  ) {
    this.#take(initial)
    client.on('settings.changed', (values) => this.#take(values))
  }

  async set(changes: Partial<AppSettings>): Promise<void> {
    const values = await this.notices.attempt(() => this.client.request('settings.set', { changes }))
    if (values) this.#take(values)
  }

  setSingleKeys(on: boolean): void {
    this.singleKeys = on
    localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off')
  }

  #take(values: AppSettings): void {
    this.values = values
    document.documentElement.dataset['theme'] = values.theme
  }
}
