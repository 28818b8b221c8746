/** What only the desktop app has: its own page without Node or network, and the bridge to main. */
import { expect } from '@playwright/test'
import { test } from './app.js'
import type { DesktopApp } from './desktop.js'

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
