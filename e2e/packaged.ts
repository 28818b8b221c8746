/**
 * Drives a packaged app through its window: protects a folder, without measuring, and verifies the result. For
 * test/packaged.test.ts: `packaged.ts PROGRAM PICTURES`, with FIXATIVE_HOME. Prints the version of Electron; ends with 1
 * and a sentence when something is not as it should be.
 */
import { _electron, expect } from '@playwright/test'

/** Milliseconds: learning takes a minute of an idle machine. */
const PATIENCE = 900_000

const [program = '', images = ''] = process.argv.slice(2)
const app = await _electron.launch({ executablePath: program, chromiumSandbox: true, timeout: 120_000 })
try {
  const page = await app.firstWindow()
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
  }, images)
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  await page.getByRole('button', { name: 'Continue to strength' }).click({ timeout: PATIENCE })
  const start = page.getByRole('button', { name: 'Start protecting' })
  await expect(start).toBeEnabled({ timeout: PATIENCE })
  await page.getByText('Advanced', { exact: true }).click()
  await page.getByLabel('Measure the protection and certify it').uncheck()
  await page.getByLabel('Working resolution').selectOption('32')
  await start.click()
  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: PATIENCE })
  await page.getByRole('button', { name: 'Verify again' }).click()
  for (const state of ['Signature valid', 'Signed on this computer', 'All files match']) {
    await expect(page.getByText(state)).toBeVisible({ timeout: 60_000 })
  }
  console.log(await app.evaluate(() => process.versions['electron']))
} finally {
  await app.close()
}
