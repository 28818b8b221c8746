/**
 * The desktop app itself, under real Electron. Skipped, with the reason in its name, where Electron's program is not
 * there (it is not part of the installation) or there is no display.
 *
 * FIXATIVE_APP names a packaged program to test instead, built with the inspector fuse on (docs/release.md).
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const packaged = process.env['FIXATIVE_APP']

/** Why the app cannot be opened here; null: it can. Electron is looked for without loading it, which would fetch it. */
function reasonToSkip(): string | null {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display'
  if (packaged !== undefined) return existsSync(packaged) ? null : `${packaged} does not exist`
  const electron = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  if (!existsSync(join(electron, 'path.txt')) && !process.env['ELECTRON_OVERRIDE_DIST_PATH']) {
    return "Electron's program has not been fetched: npx install-electron"
  }
  return existsSync(join(ROOT, 'out/main/shell.js')) ? null : 'the app has not been built: npm run build'
}

const reason = reasonToSkip()

test.describe(`desktop app${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test.skip(reason !== null, reason ?? '')

  let home: string
  let app: ElectronApplication
  let page: Page

  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'fixative-electron-'))
    app = await _electron.launch({
      ...(packaged === undefined ? { args: [ROOT] } : { executablePath: packaged }),
      env: { ...(process.env as Record<string, string>), FIXATIVE_HOME: home },
    })
    page = await app.firstWindow()
  })
  test.afterEach(async () => {
    await app.close()
    await rm(home, { recursive: true, force: true })
  })

  test('opens its own page, which has no Node and reaches no network', async () => {
    expect(page.url()).toBe('app://fixative/index.html')
    const seen = await page.evaluate(async () => ({
      node: typeof (globalThis as Record<string, unknown>)['require'],
      api: Object.keys((globalThis as unknown as Record<string, object>)['fixative'] ?? {}).sort(),
      outside: await fetch('https://example.org/').then(
        () => 'reached',
        () => 'refused',
      ),
      opened: (globalThis as unknown as { open(url: string): unknown }).open('https://example.org/') === null,
    }))
    expect(seen).toEqual({
      node: 'undefined',
      api: ['imageUrl', 'pathOf', 'request', 'subscribe'],
      outside: 'refused',
      opened: true,
    })
    expect(app.windows()).toHaveLength(1)
  })

  test('answers the window and refuses nonsense', async () => {
    const ask = (name: string, payload: unknown): Promise<unknown> =>
      page.evaluate(
        ([name, payload]) =>
          (
            globalThis as unknown as { fixative: { request(name: unknown, payload: unknown): Promise<unknown> } }
          ).fixative.request(name, payload),
        [name, payload] as const,
      )
    expect(await ask('app.info', {})).toMatchObject({ ok: true, value: { host: 'electron', dataFolder: home } })
    expect(await ask('constructor', {})).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
    expect(await ask('jobs.get', { id: 1 })).toMatchObject({ ok: false, error: { code: 'bad-payload' } })
  })
})
