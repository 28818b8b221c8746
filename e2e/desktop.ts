import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test'
import type { Stage } from '../src-shared/contract/index.js'
import type { App, OpenOptions } from './under-test.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** A packaged program to test instead, built with the inspector fuse on (docs/release.md). */
const packaged = process.env['FIXATIVE_APP']

/** Why the app cannot be opened here; null: it can. Electron is looked for without loading it, which would fetch it. */
export function reasonToSkip(): string | null {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display'
  if (packaged !== undefined) return existsSync(packaged) ? null : `${packaged} does not exist`
  const electron = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  if (!existsSync(join(electron, 'path.txt')) && !process.env['ELECTRON_OVERRIDE_DIST_PATH']) {
    return "Electron's program has not been fetched: npx install-electron"
  }
  return existsSync(join(ROOT, 'out/main/shell.js')) ? null : 'the app has not been built: npm run build'
}

/** The desktop app under real Electron. */
export class DesktopApp implements App {
  readonly collection: string
  readonly ownChooser = false
  page: Page | undefined
  electron: ElectronApplication | undefined

  constructor(readonly folder: string) {
    this.collection = join(folder, 'pictures')
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  async open({ dieIn }: OpenOptions = {}): Promise<Page> {
    this.electron = await this.#launch(dieIn)
    this.page = await this.electron.firstWindow()
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
    return this.page
  }

  #launch(dieIn?: Stage): Promise<ElectronApplication> {
    test.skip(dieIn !== undefined && packaged !== undefined, 'a packaged app cannot be told when to die')
    const env = { ...(process.env as Record<string, string>), FIXATIVE_HOME: this.data, FIXATIVE_DIE_IN: dieIn ?? '' }
    const hook = dieIn === undefined ? [] : ['-r', join(ROOT, 'e2e', 'die-in-stage.cjs')]
    return _electron.launch({
      env,
      ...(packaged === undefined ? { args: [...hook, ROOT] } : { executablePath: packaged }),
    })
  }

  async liveUntil(stage: Stage): Promise<void> {
    // It may be dead before the connection to it stands.
    this.electron = await this.#launch(stage).catch(() => undefined)
    await this.died()
  }

  async willChoose(folder: string): Promise<void> {
    await this.electron!.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
    }, folder)
  }

  async kill(): Promise<void> {
    this.electron?.process().kill('SIGKILL')
    await this.died()
  }

  async died(): Promise<void> {
    const main = this.electron?.process()
    if (main && main.exitCode === null && main.signalCode === null) await once(main, 'exit')
    expect(main?.signalCode ?? 'SIGKILL').toBe('SIGKILL')
    this.electron = undefined
    this.page = undefined
  }

  async close(): Promise<void> {
    await this.kill()
  }
}
