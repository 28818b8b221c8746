/** What only the desktop app has: its own page without Node or network, and the bridge to main. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { show, test } from './app.js'
import type { DesktopApp } from './desktop.js'
import { answerQuestions, questions } from './questions.js'

test('opens its own page, which has no Node and reaches no network', async ({ app }) => {
  const page = await app.open({ effort: 'released' })
  expect(page.url()).toBe('app://fixative/index.html')
  const seen = await page.evaluate(`(async () => ({
    node: typeof globalThis.require,
    api: Object.keys(globalThis.fixative ?? {}).sort(),
    outside: await fetch('https://example.org/').then(() => 'reached', () => 'refused'),
    opened: open('https://example.org/') === null,
  }))()`)
  expect(seen).toEqual({
    node: 'undefined',
    api: ['imageUrl', 'pathOf', 'request', 'subscribe'],
    outside: 'refused',
    opened: true,
  })
  expect((app as DesktopApp).electron!.windows()).toHaveLength(1)
})

test('answers the window and refuses nonsense', async ({ app }) => {
  const page = await app.open({ effort: 'released' })
  const ask = (name: string, payload: unknown): Promise<unknown> =>
    page.evaluate(`globalThis.fixative.request(${JSON.stringify(name)}, ${JSON.stringify(payload)})`)
  expect(await ask('app.info', {})).toMatchObject({
    ok: true,
    value: { host: 'electron', dataFolder: (app as DesktopApp).data },
  })
  expect(await ask('constructor', {})).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
  expect(await ask('jobs.get', { id: 1 })).toMatchObject({ ok: false, error: { code: 'bad-payload' } })
})

test('copies the public key to the clipboard of the system, and says that Linux has no keychain', async ({ app }) => {
  const page = await app.open()
  await show(page, '#/settings')
  await page.getByRole('button', { name: 'Copy public key' }).click()
  const text = (): Promise<string> => (app as DesktopApp).electron!.evaluate(({ clipboard }) => clipboard.readText())
  await expect.poll(text).toContain('BEGIN PUBLIC KEY')
  if (process.platform !== 'linux') return
  // The specs have a session bus, and nobody on it who keeps secrets.
  await expect(page.getByText(/offers no keychain.*without further encryption/)).toBeVisible()
  expect(readdirSync(join((app as DesktopApp).data, 'keys')).filter((name) => name.endsWith('.sealed'))).toEqual([])
})

test('takes a folder that is dragged into the window', async ({ app }) => {
  const page = await app.open()
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [app.collection], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data })
  }
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('pictures')
  await expect(page.getByRole('list', { name: 'Classes' }).getByText('cliffs')).toBeVisible()
})

test('a second instance hands its folder to the first one, and ends', async ({ app }) => {
  const page = await app.open({ effort: 'released' })
  const second = await (app as DesktopApp).startAgain([app.collection])
  expect(second.code).toBe(0)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('pictures')
  expect((app as DesktopApp).electron!.windows()).toHaveLength(1)
})

test('opens its page again when the process behind it is killed', async ({ app }) => {
  const page = await app.open()
  await show(page, '#/settings')
  const { electron } = app as DesktopApp
  await answerQuestions(electron!, 0)
  await electron!.evaluate(({ webContents }) => {
    for (const contents of webContents.getAllWebContents()) process.kill(contents.getOSProcessId(), 'SIGKILL')
  })
  await expect.poll(() => questions(electron!)).toEqual(['The window has stopped working.'])
  const heading = (): Promise<unknown> =>
    electron!.evaluate(({ webContents }) =>
      webContents.getAllWebContents()[0]!.executeJavaScript('document.querySelector("h1")?.textContent'),
    )
  await expect.poll(heading, { timeout: 20_000 }).toBe('Settings')
})

test('says in a sentence that its data folder cannot be written', async ({ app }) => {
  const desktop = app as DesktopApp
  const locked = join(desktop.folder, 'locked')
  mkdirSync(locked, { mode: 0o555 })
  const { stderr } = await desktop.startAgain([], { home: join(locked, 'data'), until: /FIXATIVE_HOME/ })
  expect(stderr).toMatch(/The data folder ".*" cannot be written \(EACCES\)\./)
  expect(stderr).not.toContain('defect')
})
