/** The stress test of a protected folder, from the report: by keyboard, over a cancellation, to the last row. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { STRESS_ROWS } from '../src-main/core/stress/rows.js'
import { expectAccessible } from './accessible.js'
import { chooseCollection, startJob, test } from './app.js'

test('tests a protected folder from its report, goes on after a cancellation, and says the worst first', async ({
  app,
}) => {
  const page = await app.open({ effort: 'least' })
  await chooseCollection(app, page)
  await startJob(page)
  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 600_000 })
  const heading = page.getByRole('heading', { name: 'Stress test' })
  const progress = page.getByRole('progressbar', { name: 'Stress test' })
  const rows = page.getByRole('table', { name: /^Stress test/ }).getByRole('row')

  await test.step('start, leave, come back, cancel', async () => {
    await page.getByRole('button', { name: 'Stress test', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect(heading).toBeFocused()
    await expect(page.getByRole('status').getByText(/^Stress test: \d+ %$/)).toBeAttached()
    await expect(rows).not.toHaveCount(0, { timeout: 300_000 })
    await page.getByRole('link', { name: 'Settings' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings')
    await page.goBack()
    await expect(progress).toBeVisible()
    await expectAccessible(page, 'running stress test')
    await page.getByRole('button', { name: 'Cancel the test' }).focus()
    await page.keyboard.press('Enter')
    await expect(heading).toBeFocused()
    await expect(page.getByText('The worst so far:')).toBeVisible()
  })

  await test.step('go on, to the end', async () => {
    await page.getByRole('button', { name: 'Go on with the stress test' }).click()
    await expect(page.getByText(/about .* left/)).toBeVisible({ timeout: 300_000 })
    await expect(progress).toBeHidden({ timeout: 900_000 })
    await expect(rows).toHaveCount(STRESS_ROWS.length + 1)
    await expect(rows.nth(1).getByRole('rowheader')).toHaveText(/^Someone who .* recognises \d+/)
    await expect(page.getByText('The worst:')).toBeVisible()
    await expectAccessible(page, 'stress test')
    expect(await readFile(join(`${app.collection}-protected`, 'fixative-report.html'), 'utf8')).toContain('Stress test')
  })

  await test.step('the folder is still as it was certified', async () => {
    await page.getByRole('button', { name: 'Verify again' }).click()
    await expect(page.getByText('All files match')).toBeVisible({ timeout: 30_000 })
  })

  await test.step('without the private data of the job there is no test', async () => {
    await page.getByRole('link', { name: 'Jobs' }).click()
    await page.getByRole('link', { name: 'pictures' }).click()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /Remove/ })
      .click()
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('link', { name: 'pictures', exact: true }).click()
    await expect(page.getByText('is not on this computer')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Stress test', exact: true })).toHaveCount(0)
  })
})
