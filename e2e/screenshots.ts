/** Pictures of every screen for docs/screenshots: `npm run screenshots`. Light and dark, wide and narrow. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page } from '@playwright/test'
import sharp from 'sharp'
import config from '../playwright.config.js'
import { chooseFolder, show, stageRow } from './app.js'
import { BrowserApp } from './browser.js'
import { makePrints } from './prints.js'

const TARGET = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 640 },
]
const PER_SERIES = 16
const PATIENT = { timeout: 3_600_000 }

async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of SIZES) {
      await page.setViewportSize(size)
      // The preview is made anew for another width.
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0, PATIENT)
      const loaded = () => page.evaluate('[...document.images].every((image) => image.complete)')
      await expect.poll(loaded, PATIENT).toBe(true)
      await page.waitForTimeout(500)
      const picture = sharp(await page.screenshot({ animations: 'disabled' })).webp({ quality: 90, effort: 4 })
      await picture.toFile(join(TARGET, `${name}-${colorScheme}-${size.width}.webp`))
    }
  }
  await page.setViewportSize(SIZES[0]!)
}

await mkdir(TARGET, { recursive: true })
const folder = await mkdtemp(join(tmpdir(), 'fixative-screenshots-'))
const app = new BrowserApp(folder, config.use!.launchOptions!, SIZES[0]!)
try {
  const prints = join(folder, 'Landscape prints')
  await makePrints(prints, PER_SERIES)
  const page = await app.open({ effort: 'earnest' })
  await chooseFolder(app, page, prints)
  await expect(page.getByRole('button', { name: 'Continue to strength' })).toBeEnabled(PATIENT)
  await shoot(page, 'collection')

  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByText('PSNR here')).toBeVisible(PATIENT)
  await shoot(page, 'strength')
  await page.getByRole('tab', { name: 'The change, amplified' }).click()
  await shoot(page, 'change')
  await page.getByRole('button', { name: 'Start protecting' }).click()
  await expect(stageRow(page, 'Learn')).toContainText(/([3-9]|\d\d) of \d+ rounds/, PATIENT)
  await shoot(page, 'run')
  await show(page, '#/')
  await shoot(page, 'home')
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  await expect(page.getByRole('dialog').getByRole('list')).toBeVisible()
  await shoot(page, 'choose')
  await page.keyboard.press('Escape')

  await show(page, '#/jobs')
  await page.getByRole('link', { name: 'Landscape prints' }).click()
  await page.getByRole('link', { name: 'Open the report' }).click(PATIENT)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Guessing gives')
  await shoot(page, 'report')
  await page.evaluate(
    "[...document.querySelectorAll('h2')].find((h) => h.innerText === 'Before and after').scrollIntoView()",
  )
  await shoot(page, 'report-pictures')
  await page.getByRole('button', { name: 'Verify again' }).click()
  await expect(page.getByText('All files match')).toBeVisible(PATIENT)
  await shoot(page, 'verify')
  for (const screen of ['history', 'jobs', 'settings']) {
    await show(page, `#/${screen}`)
    await shoot(page, screen)
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
