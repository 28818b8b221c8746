/** The window in real Chromium, over the real host and the real engine. */
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { chooseFolder, expectAccessible, show, startJob, test } from './app.js'

test('from a folder to a verified certificate, every screen accessible in light and dark', async ({ app, page }) => {
  await page.goto(await app.start())
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expectAccessible(page)
  await chooseFolder(page, app.collection)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByRole('button', { name: 'Start protecting' })).toBeEnabled({ timeout: 30_000 })
  await expectAccessible(page)
  await page.goBack()
  await startJob(page)
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 180_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Guessing gives')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Verify again' }).click()
  for (const state of ['Signature valid', 'Signed on this computer', 'All files match', 'Bound confirmed']) {
    await expect(page.getByText(state)).toBeVisible({ timeout: 30_000 })
  }
  await expectAccessible(page)
  for (const screen of ['#/history', '#/settings', '#/jobs']) {
    await show(page, screen)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page)
  }
  await appendFile(join(`${app.collection}-protected`, 'cliffs', 'cliffs 0.png'), 'x')
  await rm(join(`${app.collection}-protected`, 'meadows', 'meadows 3.png'))
  await show(page, `#/verify/${encodeURIComponent(`${app.collection}-protected`)}`)
  await expect(page.getByText('Files differ')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('cliffs/cliffs 0.png')).toBeVisible()
  await expect(page.getByText('meadows/meadows 3.png')).toBeVisible()
})

test('pause, crash, resume and cancel', async ({ app, page }) => {
  await page.goto(await app.start())
  await chooseFolder(page, app.collection)
  await startJob(page)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible({ timeout: 10_000 })
  await app.kill()
  await page.goto(await app.start())
  await show(page, '#/jobs')
  await page
    .getByRole('link', { name: /pictures/ })
    .first()
    .click()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 10_000 })
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the job' }).click()
  await expect(page.getByText('Cancelled').first()).toBeVisible({ timeout: 10_000 })
})

test('settings survive a restart', async ({ app, page }) => {
  await page.goto(await app.start())
  await show(page, '#/settings')
  await page.getByRole('radio', { name: 'Dark' }).check()
  await page.reload()
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
  await app.kill()
  await page.goto(await app.start())
  await show(page, '#/settings')
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
})
