/** Everything that lives as long as the window: the connection and the state that all screens share. */
import { CERTIFICATE_NAME } from '../../src-main/core/file-names.ts'
import { createContext } from 'svelte'
import type { AppInfo, AppSettings, Client, Collection, EventPayload, Saved } from '../../src-shared/contract/index.js'
import { shortPath } from '../lib/format.ts'
import { Announcer } from './announcer.svelte.ts'
import { Folders } from './folders.svelte.ts'
import { Jobs } from './jobs.svelte.ts'
import { Notices } from './notices.svelte.ts'
import { Preferences } from './preferences.svelte.ts'
import { Router } from './router.svelte.ts'
import { Strengths } from './strengths.svelte.ts'
import { Stress } from './stress.svelte.ts'

export class Session {
  readonly notices = new Notices()
  readonly announcer = new Announcer()
  readonly router = new Router()
  readonly preferences: Preferences
  readonly jobs: Jobs
  readonly folders: Folders
  readonly strengths: Strengths
  readonly stress: Stress
  /** The list of keyboard shortcuts is shown. */
  help = $state(false)
  /** Rises with every "cancel" from the menu; the run screen asks its question then. */
  cancelAsked = $state(0)

  constructor(
    readonly client: Client,
    readonly info: AppInfo,
    settings: AppSettings,
  ) {
    this.preferences = new Preferences(client, this.notices, settings)
    this.jobs = new Jobs(client, this.notices, this.announcer)
    this.folders = new Folders(client, this.notices, info)
    this.strengths = new Strengths(this.preferences)
    this.stress = new Stress(client, this.notices, this.announcer)
    client.on('app.open', (opened) => this.#opened(opened))
    client.on('app.command', ({ command }) => {
      if (command === 'open') void this.chooseCollection()
      else if (command === 'cancel') this.cancelAsked += 1
      else if (command === 'verify') this.router.go({ screen: 'verify', path: null })
      else this.router.go({ screen: command })
    })
  }

  /** A path as it is shown: home is "~". */
  shown = (path: string): string => shortPath(path, this.info.home)

  /** Asks for a folder and looks at it. */
  async chooseCollection(): Promise<void> {
    const folder = await this.folders.choose('collection')
    if (folder !== null) await this.inspect(folder)
  }

  async inspect(folder: string): Promise<void> {
    const labels = this.preferences.values.job.labels
    const collection = await this.notices.attempt<Collection>(() =>
      this.client.request('collection.inspect', {
        folder,
        labels: typeof labels === 'string' ? labels : 'default',
      }),
    )
    if (collection) this.router.go({ screen: 'collection', id: collection.id })
  }

  /** What to do with dropped files: the first one decides. */
  async dropped(files: readonly File[]): Promise<void> {
    const file = files[0]
    if (!file) return
    const path = this.info.capabilities.dropPaths ? this.client.pathOf(file) : ''
    if (path === '') {
      this.notices.info('A browser hides where a dropped folder lies. Choose it here instead.')
      await this.chooseCollection()
      return
    }
    const opened = await this.notices.attempt(() => this.client.request('folders.fromDrop', { path }))
    if (opened) this.#opened(opened)
  }

  #opened(opened: EventPayload<'app.open'>): void {
    if (opened.kind === 'collection') void this.inspect(opened.path)
    else if (opened.kind !== 'other') this.router.go({ screen: 'verify', path: opened.path })
    else {
      this.notices.add({
        tone: 'warn',
        message: `${this.shown(opened.path)} is neither a folder of pictures nor a certificate.`,
        hint: `Drop a folder, or the file ${CERTIFICATE_NAME} of a protected folder.`,
        details: '',
        action: null,
      })
    }
  }

  /** Tells where an export went, or hands it over as a download. */
  saved(saved: Saved | null | undefined): void {
    if (!saved) return
    if (saved.kind === 'file') {
      this.notices.info(`Saved as ${this.shown(saved.path)}`)
      return
    }
    const url = URL.createObjectURL(new Blob([saved.content], { type: saved.mime }))
    const link = Object.assign(document.createElement('a'), { href: url, download: saved.name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }

  async reveal(path: string): Promise<void> {
    if (this.info.capabilities.reveal) {
      await this.notices.attempt(() => this.client.request('shell.reveal', { path }))
    } else {
      await this.copy(path, 'The path was copied.')
    }
  }

  async copy(text: string, confirmation: string): Promise<void> {
    await this.notices.attempt(async () => {
      await navigator.clipboard.writeText(text)
      this.notices.info(confirmation)
    })
  }
}

export const [useSession, provideSession] = createContext<Session>()
