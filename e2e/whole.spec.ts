/** The whole path on a small collection with the real engine; every screen and dialog on the way is accessible. */
import { appendFile, copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { chooseCollection, chooseFolder, show, startJob, test } from './app.js'
import { addBrokenFiles, CLASSES, PER_CLASS } from './collection.js'

test('from a folder to a verified certificate; every screen accessible in light and dark', async ({ app }) => {
  const page = await app.open()
  const before = await readFile(join(app.collection, 'cliffs', 'cliffs 0.png'))
  const check = (screen: string): Promise<void> => expectAccessible(page, screen)

  await test.step('choose a folder', async () => {
    await check('home')
    await page.keyboard.press('F1')
    await expect(page.getByRole('dialog')).toBeVisible()
    await check('shortcuts')
    await page.keyboard.press('Escape')
    if (app.ownChooser) {
      await page.getByRole('button', { name: 'Choose folder…' }).click()
      await expect(page.getByRole('list', { name: 'Folders' })).toBeVisible()
      await check('folder chooser')
      await page.getByRole('button', { name: 'Close without choosing' }).click()
    }
  })

  await test.step('what was found, with files that cannot be used', async () => {
    await addBrokenFiles(app.collection)
    await chooseCollection(app, page)
    const left = page.getByText('5 files left out, and why')
    await left.click()
    const reasons = page.getByRole('region', { name: 'Files left out' })
    for (const [file, reason] of [
      ['cliffs/cut off.png', 'damaged or incomplete'],
      ['cliffs/zz copy.png', 'The same picture as cliffs/cliffs 1.png'],
      ['meadows/letter.jpg', 'not a picture'],
      ['meadows/empty.png', 'The file is empty'],
      ['loop.gif', 'It is a GIF picture'],
    ] as const) {
      await expect(reasons.getByRole('row').filter({ hasText: file })).toContainText(reason)
    }
    await expect(page.getByRole('list', { name: 'Classes' }).getByText(String(2 * PER_CLASS))).toBeVisible()
    await check('collection')
  })

  await test.step('strength, with the preview of a real picture', async () => {
    await page.getByRole('button', { name: 'Continue to strength' }).click()
    await expect(page.getByRole('slider', { name: /Divider/ })).toBeVisible({ timeout: 30_000 })
    const visibility = page.getByText('Mean ꟻLIP of the whole picture')
    await expect(visibility.locator('strong')).toHaveText(/as visible as JPEG at quality \d+\.$/)
    await page.getByText('Advanced', { exact: true }).click()
    await check('strength')
    const balanced = await visibility.textContent()
    await page.getByRole('radio', { name: /Strong/ }).check()
    await expect(visibility).not.toHaveText(balanced!)
    await page.getByRole('radio', { name: /Balanced/ }).check()
    await expect(visibility).toHaveText(balanced!)
    await page.getByRole('slider', { name: /How visible/ }).fill('0.05')
    await expect(visibility).not.toHaveText(balanced!)
    await page.getByRole('button', { name: 'As Balanced is' }).click()
    await expect(visibility).toHaveText(balanced!)
    await page.getByRole('tab', { name: 'The change, amplified' }).click()
    await expect(page.getByRole('img', { name: 'The change on mid-grey' })).toBeVisible()
    await check('amplified change')
    await page.goBack()
  })

  await test.step('run', async () => {
    await startJob(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible({ timeout: 20_000 })
    await check('paused job')
    await page.getByRole('button', { name: 'Cancel…' }).click()
    await expect(page.getByRole('alertdialog')).toBeVisible()
    await check('question')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Resume' }).click()
    await check('running job')
    await show(page, '#/jobs')
    await check('jobs')
    await page.getByRole('link', { name: 'pictures' }).click()
  })

  await test.step('report', async () => {
    await page.getByRole('link', { name: 'Open the report' }).click({ timeout: 600_000 })
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Guessing gives 50 %')
    for (const figure of ['Protected: recognised at most', 'Originals: recognised at least']) {
      await expect(page.getByRole('term').filter({ hasText: figure })).toBeVisible()
    }
    await expect(page.getByText('ꟻLIP is the difference that people see')).toBeVisible()
    for (const closed of ['The curve as a table', 'Files and their SHA-256']) await page.getByText(closed).click()
    await expect(page.getByRole('row')).not.toHaveCount(0)
    await check('report')
    expect(await readFile(join(app.collection, 'cliffs', 'cliffs 0.png'))).toEqual(before)
  })

  await test.step('verify', async () => {
    await page.getByRole('button', { name: 'Verify again' }).click()
    for (const state of ['Signature valid', 'Signed on this computer', 'All files match', 'Bound confirmed']) {
      await expect(page.getByText(state)).toBeVisible({ timeout: 30_000 })
    }
    await check('verified')
  })

  await test.step('history, jobs, settings, keys', async () => {
    await show(page, '#/history')
    await expect(page.getByRole('link', { name: 'Verify pictures' })).toBeVisible()
    await check('history')
    await show(page, '#/jobs')
    await page.getByRole('link', { name: 'pictures' }).click()
    await check('job that is done')
    await show(page, '#/settings')
    await expect(page.getByText('Fingerprint')).toBeVisible()
    await check('settings')
    for (const button of ['Export private key…', 'Import a key…']) {
      await page.getByRole('button', { name: button }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await check(button)
      await page.keyboard.press('Escape')
    }
  })

  await test.step('a folder that was tampered with', async () => {
    const output = `${app.collection}-protected`
    await appendFile(join(output, 'cliffs', 'cliffs 0.png'), 'x')
    await rm(join(output, 'meadows', 'meadows 3.png'))
    await copyFile(join(output, 'cliffs', 'cliffs 2.png'), join(output, 'cliffs', 'stranger.png'))
    await show(page, '#/verify')
    await chooseFolder(app, page, output)
    await expect(page.getByText('Files differ')).toBeVisible({ timeout: 30_000 })
    for (const [what, file] of [
      ['Changed since they were certified', 'cliffs/cliffs 0.png'],
      ['Missing', 'meadows/meadows 3.png'],
      ['Not named in the certificate', 'cliffs/stranger.png'],
    ]) {
      await expect(page.getByRole('group').filter({ hasText: what! })).toContainText(file!)
    }
    await check('tampered folder')
  })

  await test.step('a folder without classes is grouped by look', async () => {
    const flat = `${app.collection}-flat`
    await mkdir(flat)
    for (const name of CLASSES) {
      for (let i = 0; i < PER_CLASS; i++) {
        await copyFile(join(app.collection, name, `${name} ${i}.png`), join(flat, `${name} ${i}.png`))
      }
    }
    await show(page, '#/')
    await chooseFolder(app, page, flat)
    const classes = page.getByRole('list', { name: 'Classes' })
    await page.getByRole('button', { name: 'Rename group 1' }).click({ timeout: 60_000 })
    await page.keyboard.type('stripes')
    await page.keyboard.press('Enter')
    await expect(classes.getByText('stripes')).toBeVisible()
    await page.getByRole('button', { name: 'Merge stripes into…' }).click()
    await expect(page.getByRole('menu')).toBeVisible()
    await check('groups by look')
    await page.keyboard.press('Escape')
  })

  await test.step('a folder without pictures', async () => {
    const empty = `${app.collection}-empty`
    await mkdir(empty)
    await show(page, '#/')
    await chooseFolder(app, page, empty)
    await expect(page.getByText('No picture was found in this folder.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Continue to strength' })).toBeDisabled()
    await check('empty folder')
  })
})
