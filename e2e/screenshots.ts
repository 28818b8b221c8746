/**
 * Pictures of every screen for docs/screenshots: `npm run screenshots`, after a build. Light and dark, wide and narrow,
 * of real jobs with half the effort of the app, which takes half the time.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, type Page } from '@playwright/test'
import sharp from 'sharp'
import config from '../playwright.config.js'
import { chooseFolder, show, stageRow } from './app.js'
import { BrowserApp } from './browser.js'
import buildPrograms from '../test/support/programs.js'
import { makePrints } from './prints.js'

const TARGET = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 640 },
]
const PER_SERIES = 48
const FIRST = 'Landscape prints'
/** What waits in the queue meanwhile: name, and pictures of each series. */
const FURTHER = [
  ['Small studies', 10],
  ['Postcards', 12],
] as const
const PATIENT = { timeout: 7_200_000 }

/** Four pictures of what the window shows; with a heading, which then is at the top. */
async function shoot(page: Page, name: string, heading?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const size of SIZES) {
      await page.setViewportSize(size)
      // The preview is made again for another width, a moment after the last change of it.
      await page.waitForTimeout(1000)
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0, PATIENT)
      const loaded = () => page.evaluate('[...document.images].every((image) => image.complete)')
      await expect.poll(loaded, PATIENT).toBe(true)
      if (heading !== undefined) {
        const found = page.getByRole('heading', { level: 2, name: heading })
        await found.evaluate((element: { scrollIntoView(): void }) => element.scrollIntoView())
      }
      await page.waitForTimeout(500)
      const image = sharp(await page.screenshot({ animations: 'disabled' })).webp({ quality: 85, effort: 6 })
      await image.toFile(join(TARGET, `${name}-${colorScheme}-${size.width}.webp`))
    }
  }
  await page.setViewportSize(SIZES[0]!)
  console.log(name)
}

async function toStrength(page: Page, folder: string): Promise<void> {
  await show(page, '#/')
  await chooseFolder(app, page, folder)
  await page.getByRole('button', { name: 'Continue to strength' }).click(PATIENT)
  await expect(page.getByText('Mean ꟻLIP of the whole picture')).toBeVisible(PATIENT)
}

await mkdir(TARGET, { recursive: true })
await buildPrograms()
const home = await mkdtemp(join(tmpdir(), 'fixative-screenshots-'))
// Paths are shown from the home folder on.
process.env['HOME'] = home
const images = join(home, 'Pictures')
const app = new BrowserApp(home, config.use!.launchOptions!, SIZES[0]!)
app.data = join(home, '.local', 'share', 'fixative')
try {
  await makePrints(join(images, FIRST), PER_SERIES)
  for (const [name, count] of FURTHER) await makePrints(join(images, name), count)
  const page = await app.open({ effort: 'earnest' })

  await show(page, '#/settings')
  await expect(page.getByText('measured on')).toBeVisible(PATIENT)
  await page.getByRole('textbox', { name: /Signer’s name/ }).fill('Ada Lovelace')
  await page.keyboard.press('Tab')
  await show(page, '#/')
  await show(page, '#/settings')
  await expect(page.getByText('measured on')).toBeVisible(PATIENT)
  await shoot(page, 'settings')

  await show(page, '#/')
  await chooseFolder(app, page, join(images, FIRST))
  await expect(page.getByRole('button', { name: 'Continue to strength' })).toBeEnabled(PATIENT)
  await shoot(page, 'collection')
  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByText('Mean ꟻLIP of the whole picture')).toBeVisible(PATIENT)
  await shoot(page, 'strength')
  await page.getByRole('tab', { name: 'The change, amplified' }).click()
  await shoot(page, 'change')
  await page.getByRole('button', { name: 'Start protecting' }).click()
  await expect(stageRow(page, 'Learn')).toContainText(/([3-9]\d) of \d+ rounds/, PATIENT)
  await shoot(page, 'run')

  for (const [name] of FURTHER) {
    await toStrength(page, join(images, name))
    await page.getByRole('button', { name: 'Start protecting' }).click()
    await expect(page.getByRole('list', { name: 'Stages' })).toBeVisible(PATIENT)
  }
  await show(page, '#/')
  await shoot(page, 'home')
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  await expect(page.getByRole('dialog').getByRole('list')).toBeVisible()
  const field = page.getByRole('textbox', { name: 'Folder' })
  await field.fill('~/Pictures')
  await field.press('Enter')
  await expect(page.getByRole('dialog').getByText('Postcards', { exact: true })).toBeVisible()
  await shoot(page, 'choose')
  await page.keyboard.press('Escape')

  await show(page, '#/jobs')
  await page.getByRole('link', { name: FIRST }).click()
  await page.getByRole('link', { name: 'Open the report' }).click(PATIENT)
  const headline = page.getByRole('heading', { level: 1 })
  await expect(headline).toContainText('Guessing gives')
  console.log(await headline.textContent())
  await shoot(page, 'report')
  await shoot(page, 'report-curve', 'How much can be learnt')
  await shoot(page, 'report-pictures', 'Before and after')
  await shoot(page, 'report-signature', 'Signature')
  await show(page, '#/jobs')
  await shoot(page, 'jobs')
  await show(page, `#/verify/${encodeURIComponent(join(images, `${FIRST}-protected`))}`)
  await expect(page.getByText('All files match')).toBeVisible(PATIENT)
  await shoot(page, 'verify')

  await show(page, '#/history')
  await shoot(page, 'history')
} finally {
  await app.close()
  await rm(home, { recursive: true, force: true })
}
