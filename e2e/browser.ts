import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, expect, type LaunchOptions, type Page } from '@playwright/test'
import type { Stage } from '../src-shared/contract/index.js'
import { type App, EFFORT, type OpenOptions } from './under-test.js'
import { programFile } from '../test/support/programs.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The window in Chromium over the browser host, which is a process of its own. */
export class BrowserApp implements App {
  readonly collection: string
  readonly ownChooser = true
  /** The app's own folder. */
  data: string
  page: Page | undefined
  #host: ChildProcess | undefined
  #browser: Browser | undefined

  constructor(
    readonly folder: string,
    readonly launchOptions: LaunchOptions,
    readonly viewport: { width: number; height: number },
  ) {
    this.collection = join(folder, 'pictures')
    this.data = join(folder, 'data')
  }

  /** Starts the host on this app's data folder and answers with its address. */
  async serve(options: OpenOptions = {}): Promise<string> {
    const host = this.#spawn(options)
    const gone = once(host, 'exit').then(() => Promise.reject(new Error('The host ended before it was there.')))
    const [line] = (await Promise.race([once(createInterface(host.stdout!), 'line'), gone])) as [string]
    gone.catch(() => undefined)
    return line
  }

  #spawn({ effort = 'short', dieIn }: OpenOptions): ChildProcess {
    const built = [join(ROOT, 'out', 'renderer'), join(ROOT, 'out', 'main', 'worker.js')]
    const args = [this.data, ...built, ...EFFORT[effort === 'released' ? 'earnest' : effort]]
    const host = spawn(process.execPath, [programFile('host'), ...args, ...(dieIn ? [dieIn] : [])], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return (this.#host = host)
  }

  async open(options: OpenOptions = {}): Promise<Page> {
    const url = await this.serve(options)
    if (!this.page) {
      this.#browser = await chromium.launch(this.launchOptions)
      const context = await this.#browser.newContext({ viewport: this.viewport })
      // For "copy the folder's path".
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      this.page = await context.newPage()
    }
    await this.page.goto(url)
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
    return this.page
  }

  async willChoose(): Promise<void> {
    // The window's own chooser is worked like the rest of the window.
  }

  async liveUntil(stage: Stage): Promise<void> {
    this.#spawn({ dieIn: stage })
    await this.died()
  }

  async kill(): Promise<void> {
    this.#host?.kill('SIGKILL')
    await this.died()
  }

  async died(): Promise<void> {
    const host = this.#host
    if (host && host.exitCode === null && host.signalCode === null) await once(host, 'exit')
    expect(host?.signalCode ?? 'SIGKILL').toBe('SIGKILL')
    this.#host = undefined
  }

  async close(): Promise<void> {
    await this.#browser?.close()
    await this.kill()
  }
}
