/** The app's settings as main keeps them; the theme is put on the page here. */
import type { AppSettings, Client } from '../../src-shared/contract/index.js'
import type { Notices } from './notices.svelte.ts'

export class Preferences {
  values = $state.raw<AppSettings>() as AppSettings

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

  #take(values: AppSettings): void {
    this.values = values
    document.documentElement.dataset['theme'] = values.theme
  }
}
