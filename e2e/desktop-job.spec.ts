/** Whole jobs in the desktop app: many pictures, and what becomes of a job when one of its processes dies. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { chooseCollection, show, stageRow, startJob, test } from './app.js'
import { makeCollection } from './collection.js'
import type { DesktopApp } from './desktop.js'
import { answerQuestions, questions } from './questions.js'
import { loaded, processTree, workersOf } from './processes.js'

test('protects a thousand pictures, and nothing in it meets the libraries of the desktop', async ({ app }) => {
  test.skip(process.platform !== 'linux', 'only there does Electron load GLib')
  await makeCollection(app.collection, 500)
  const page = await app.open()
  const desktop = app as DesktopApp
  const main = desktop.electron!.process().pid!
  await chooseCollection(app, page)
  await startJob(page)
  await expect(stageRow(page, 'Learn')).toContainText(/\d+ of \d+ rounds/, { timeout: 300_000 })
  const both = processTree(main).map(({ pid }) => loaded(pid, ['libvips-cpp.so', 'libgtk-3.so']))
  expect(both.filter((libraries) => libraries.length === 2)).toEqual([])
  // It does look where they are loaded.
  expect(both.filter((libraries) => libraries.includes('libvips-cpp.so')).length).toBeGreaterThan(1)
  expect(both.some((libraries) => libraries.includes('libgtk-3.so'))).toBe(true)

  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 600_000 })
  await page.getByRole('button', { name: 'Verify again' }).click()
  await expect(page.getByText('All files match')).toBeVisible({ timeout: 60_000 })
  expect(readdirSync(`${app.collection}-protected/meadows`)).toHaveLength(500)
  expect(desktop.stderr.split('\n').filter((line) => /GLib|GObject|CRITICAL/.test(line))).toEqual([])
  expect(desktop.electron!.process().exitCode).toBe(null)
})

test('a worker that is killed is replaced, and the job goes on', async ({ app }) => {
  test.skip(process.platform !== 'linux', 'its processes are found as Linux shows them')
  const page = await app.open()
  const main = (app as DesktopApp).electron!.process().pid!
  await chooseCollection(app, page)
  await startJob(page)
  await expect(stageRow(page, 'Learn')).toContainText(/\d+ of \d+ rounds/, { timeout: 180_000 })
  const before = workersOf(main).map(({ pid }) => pid)
  expect(before.length).toBeGreaterThan(2)
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await expect(stageRow(page, 'Sign')).toContainText('Done', { timeout: 600_000 })
  await show(page, '#/history')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(1)
})

test('closing the window in mid-job asks, puts the work away, and goes on at the next start; the report prints', async ({
  app,
}) => {
  const desktop = app as DesktopApp
  const first = await app.open({ effort: 'long' })
  await chooseCollection(app, first)
  await startJob(first)
  await expect(stageRow(first, 'Learn')).toContainText(/\d+ of \d+ rounds/, { timeout: 180_000 })
  const close = (): Promise<void> =>
    desktop.electron!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close())
  await answerQuestions(desktop.electron!, 0)
  await close()
  await expect.poll(() => questions(desktop.electron!)).toEqual(['Fixative is still working. Quit anyway?'])
  await expect(stageRow(first, 'Learn')).toContainText('Running')
  await answerQuestions(desktop.electron!, 1)
  const main = desktop.electron!.process()
  const ended = once(main, 'exit')
  // The answer may be cut off by the end that it asks for.
  await close().catch(() => undefined)
  expect(await ended).toEqual([0, null])

  const page = await app.open()
  await show(page, '#/jobs')
  await page.getByRole('link', { name: 'pictures' }).click()
  await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 600_000 })
  const file = join(app.folder, 'report.pdf')
  await desktop.electron!.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath })
  }, file)
  await page.getByRole('button', { name: 'Save as PDF' }).click()
  await expect.poll(() => existsSync(file) && readFileSync(file).toString('latin1', 0, 5)).toBe('%PDF-')
  expect(statSync(file).size).toBeGreaterThan(20_000)
})
