import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test'
import type { Stage } from '../src-shared/contract/index.js'
import { type App, EFFORT, type OpenOptions } from './under-test.js'
import { PROGRAMS } from '../test/support/programs.js'
import { electronProgram } from '../scripts/start.js'

/** The built app: the project, or the copy of it that scripts/desktop-session.ts has made for another user. */
const ROOT = process.env['FIXATIVE_APP_FOLDER'] ?? fileURLToPath(new URL('..', import.meta.url))
const ELECTRON = process.env['FIXATIVE_ELECTRON'] ?? electronProgram()
/** Who runs Electron, where that is not who runs the specs. */
const USER = process.env['FIXATIVE_APP_USER']
/** A packaged program to test instead, built with the inspector fuse on (docs/release.md). */
const packaged = process.env['FIXATIVE_APP']
const PROGRAM = packaged ?? ELECTRON

/** Why the app cannot be opened here; null: it can. Electron is looked for without loading it, which would fetch it. */
export function reasonToSkip(): string | null {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return 'no display: npx tsx scripts/desktop-session.ts playwright test --project=desktop'
  }
  if (process.getuid?.() === 0 && USER === undefined) return 'the sandbox refuses root: scripts/desktop-session.ts'
  if (packaged !== undefined) return existsSync(packaged) ? null : `${packaged} does not exist`
  if (ELECTRON === null) return "Electron's program has not been fetched: npx install-electron"
  return existsSync(join(ROOT, 'out/main/shell.js')) ? null : 'the app has not been built: npm run build'
}

/** Lets the user who runs Electron write where the specs, as root, have made something. */
function handOver(folder: string): void {
  if (USER !== undefined) spawnSync('chown', ['-R', `${USER}:${USER}`, folder])
}

/** The desktop app under real Electron. */
export class DesktopApp implements App {
  readonly collection: string
  readonly ownChooser = false
  page: Page | undefined
  electron: ElectronApplication | undefined
  /** What main has written to stderr since it was opened. */
  stderr = ''

  constructor(readonly folder: string) {
    this.collection = join(folder, 'pictures')
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  async open(options: OpenOptions = {}): Promise<Page> {
    this.electron = await this.#launch(options)
    this.stderr = ''
    this.electron.process().stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.page = await this.electron.firstWindow()
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
    return this.page
  }

  /** The app as it is released, unless the test asks for less effort, or for a death, of which that one knows nothing. */
  #launch({ effort = 'short', dieIn }: OpenOptions): Promise<ElectronApplication> {
    test.skip(dieIn !== undefined && packaged !== undefined, 'a packaged app cannot be told when to die')
    const program = effort === 'released' ? ROOT : join(ROOT, PROGRAMS)
    handOver(this.folder)
    return _electron.launch({
      env: {
        ...this.#environment(this.data),
        FIXATIVE_TEST_EFFORT: effort === 'released' ? '' : EFFORT[effort].join(' '),
        FIXATIVE_DIE_IN: dieIn ?? '',
      },
      // Where the user who runs Electron may be.
      cwd: this.folder,
      executablePath: PROGRAM!,
      args: packaged === undefined ? [program] : [],
      chromiumSandbox: true,
    })
  }

  #environment(home: string): Record<string, string> {
    const PATH = process.env['FIXATIVE_NODE_PATH'] ?? process.env['PATH'] ?? ''
    return { ...(process.env as Record<string, string>), PATH, FIXATIVE_HOME: home }
  }

  /**
   * Starts the app as it is released once more, as a user would, without Playwright. Resolves when it has ended by itself,
   * or has written `until` to stderr, after which it is killed.
   *
   * @param home its data folder; default: that of the app that is open
   */
  async startAgain(
    args: readonly string[],
    { home = this.data, until }: { home?: string; until?: RegExp } = {},
  ): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(PROGRAM!, [...(packaged === undefined ? [ROOT] : []), ...args], {
      env: this.#environment(home),
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString()
      if (until?.test(stderr)) child.kill('SIGKILL')
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stderr }
  }

  async liveUntil(stage: Stage): Promise<void> {
    // It may be dead before the connection to it stands.
    this.electron = await this.#launch({ dieIn: stage }).catch(() => undefined)
    await this.died()
  }

  async willChoose(folder: string): Promise<void> {
    handOver(this.folder)
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
