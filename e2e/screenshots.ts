/** Pictures of every screen for docs/screenshots: `npm run screenshots`. Light and dark, wide and narrow. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, expect, type Page } from '@playwright/test'
import config from '../playwright.config.js'
import { App, chooseFolder, makeCollection, show, startJob } from './app.js'

const TARGET = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 640 },
]

async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of SIZES) {
      await page.setViewportSize(size)
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(TARGET, `${name}-${colorScheme}-${size.width}.png`) })
    }
  }
}

await mkdir(TARGET, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'fixative-screenshots-'))
const app = new App(folder)
const browser = await chromium.launch(config.use?.launchOptions)
try {
  await makeCollection(app.collection)
  const page = await browser.newPage()
  await page.goto(await app.start())
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await shoot(page, 'home')
  await chooseFolder(page, app.collection)
  await shoot(page, 'collection')
  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByRole('button', { name: 'Start protecting' })).toBeEnabled()
  await shoot(page, 'strength')
  await page.goBack()
  await startJob(page)
  await shoot(page, 'run')
  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 240_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Guessing gives')
  await shoot(page, 'report')
  await page.getByRole('button', { name: 'Verify again' }).click()
  await expect(page.getByText('All files match')).toBeVisible({ timeout: 30_000 })
  await shoot(page, 'verify')
  for (const screen of ['history', 'settings', 'jobs']) {
    await show(page, `#/${screen}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await shoot(page, screen)
  }
} finally {
  await browser.close()
  await app.kill()
  await rm(folder, { recursive: true, force: true })
}
