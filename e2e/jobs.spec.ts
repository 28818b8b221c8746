/** Jobs that are paused, cancelled, and killed: nothing is lost and nothing is left behind. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { STAGES } from '../src-main/core/job-events.js'
import { chooseCollection, show, stageRow, startJob, test } from './app.js'

test('dies in each stage and goes on with the same job, to a certificate that verifies', async ({ app }) => {
  const [first, ...rest] = STAGES
  const page = await app.open({ dieIn: first! })
  await chooseCollection(app, page)
  await startJob(page)
  await app.died()
  for (const stage of rest) await app.liveUntil(stage)
  const last = await app.open()
  await show(last, '#/jobs')
  await last.getByRole('link', { name: 'pictures' }).click()
  await last.getByRole('link', { name: 'Open the report' }).click({ timeout: 600_000 })
  await last.getByRole('button', { name: 'Verify again' }).click()
  for (const state of ['Signature valid', 'All files match', 'Bound confirmed']) {
    await expect(last.getByText(state)).toBeVisible({ timeout: 30_000 })
  }
  await show(last, '#/history')
  await expect(last.getByRole('heading', { level: 2 })).toHaveCount(1)
})

test('pauses over a restart and resumes; cancels and leaves nothing', async ({ app }) => {
  const first = await app.open({ effort: 'long' })
  await chooseCollection(app, first)
  await startJob(first)
  await expect(stageRow(first, 'Learn')).toContainText(/\d+ of \d+ rounds/, { timeout: 180_000 })
  await first.getByRole('button', { name: 'Pause' }).click()
  await expect(first.getByRole('button', { name: 'Resume' })).toBeVisible({ timeout: 30_000 })
  await app.kill()

  const page = await app.open({ effort: 'long' })
  await show(page, '#/jobs')
  await page.getByRole('link', { name: 'pictures' }).click()
  await expect(page.getByText('Paused', { exact: true }).first()).toBeVisible()
  const rounds = await stageRow(page, 'Learn').textContent()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(stageRow(page, 'Learn')).not.toHaveText(rounds!, { timeout: 180_000 })
  await expect(stageRow(page, 'Learn')).toContainText('Running')

  await page.getByRole('button', { name: 'Cancel…' }).click()
  const question = page.getByRole('alertdialog')
  await question.getByRole('button', { name: 'Cancel the job' }).click()
  await expect(page.getByText('Cancelled', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  expect(existsSync(`${app.collection}-protected`)).toBe(false)
  expect(await readdir(join(app.collection, '..', 'data', 'jobs'))).toEqual([])
})
