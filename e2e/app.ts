/**
 * A fresh app of its own for each test, with a small collection to protect. The same specs run the window in Chromium
 * over the browser host and, where Electron's program is present, in the desktop app.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type LaunchOptions, type Page } from '@playwright/test'
import { BrowserApp } from './browser.js'
import { CLASSES, makeCollection } from './collection.js'
import { DesktopApp, reasonToSkip } from './desktop.js'
import type { App } from './under-test.js'

export interface Options {
  /** Which of the two the specs run in; a project of playwright.config.ts. */
  host: 'browser' | 'desktop'
}

export const test = base.extend<Options & { app: App }>({
  host: ['browser', { option: true }],
  app: async ({ host }, use, info) => {
    const reason = host === 'desktop' ? reasonToSkip() : null
    info.skip(reason !== null, reason ?? '')
    const folder = await mkdtemp(join(tmpdir(), 'fixative-e2e-'))
    const { launchOptions, viewport } = info.project.use as { launchOptions: LaunchOptions; viewport: Size }
    const app = host === 'desktop' ? new DesktopApp(folder) : new BrowserApp(folder, launchOptions, viewport)
    try {
      await makeCollection(app.collection)
      await use(app)
      if (info.status !== info.expectedStatus && app.page) {
        await info.attach('window', { body: await app.page.screenshot(), contentType: 'image/png' })
      }
    } finally {
      await app.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
})
interface Size {
  width: number
  height: number
}

/** Chooses a folder on the home screen. */
export async function chooseFolder(app: App, page: Page, folder: string): Promise<void> {
  await app.willChoose(folder)
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  if (!app.ownChooser) return
  const dialog = page.getByRole('dialog')
  const path = dialog.getByRole('textbox', { name: 'Folder' })
  await expect(path).not.toHaveValue('')
  await path.fill(folder)
  await path.press('Enter')
  await expect(dialog.getByRole('list', { name: 'Folders' })).toHaveAttribute('aria-busy', 'false')
  await dialog.getByRole('button', { name: 'Use this folder' }).click()
}

/** Chooses the collection and waits for what was found in it. */
export async function chooseCollection(app: App, page: Page): Promise<void> {
  await chooseFolder(app, page, app.collection)
  await expect(page.getByRole('button', { name: 'Continue to strength' })).toBeEnabled({ timeout: 180_000 })
  await expect(page.getByRole('list', { name: 'Classes' }).getByText(CLASSES[0])).toBeVisible()
}

/** From the collection to a job, with few draws, no further classifiers, and a small surrogate. */
export async function startJob(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByRole('button', { name: 'Start protecting' })).toBeEnabled({ timeout: 180_000 })
  await page.getByText('Advanced', { exact: true }).click()
  await page.getByLabel('Draws').fill('150')
  await page.getByLabel(/^Classifiers trained/).selectOption('None')
  await page.getByLabel('Working resolution').selectOption('32')
  await page.getByRole('button', { name: 'Start protecting' }).click()
}

/** The row of a stage in the list of a job. */
export const stageRow = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Stages' }).getByRole('listitem').filter({ hasText: name })

/** Goes to a screen by its address. */
export async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}
