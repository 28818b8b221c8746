/** The whole path without a mouse: what is needed can be reached with Tab, is seen to have the focus, and obeys keys. */
import { expect, type Locator, type Page } from '@playwright/test'
import { chooseCollection, stageRow, test } from './app.js'

/** Stops that a person would put up with. */
const PATIENCE = 60

/** Presses Tab until the focus is on `target`, which must show it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  const focused = target.and(page.locator(':focus'))
  for (let stops = 0; stops < PATIENCE; stops++) {
    if ((await focused.count()) > 0) {
      expect(await page.evaluate(SHOWS_FOCUS), `the focus can be seen on ${String(target)}`).toBe(true)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${String(target)}`)
}

/** An outline around what has the focus, or around the part of it that stands for it (a handle, the active picture). */
const SHOWS_FOCUS = `[document.activeElement, ...document.activeElement.querySelectorAll('*')].some((part) => {
  const { outlineStyle, outlineWidth } = getComputedStyle(part)
  return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
})`

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

test('from a folder to a verified certificate by keyboard alone', async ({ app }) => {
  const page = await app.open()
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  const heading = page.getByRole('heading', { level: 1 })

  await test.step('the content can be reached past the navigation', async () => {
    await press(page, page.getByRole('link', { name: 'Skip to the content' }))
    await expect(heading).toBeFocused()
  })

  await test.step('choose the folder', async () => {
    await app.willChoose(app.collection)
    await press(page, button('Choose folder…'))
    if (app.ownChooser) {
      const path = page.getByRole('textbox', { name: 'Folder' })
      await expect(path).toBeFocused()
      await expect(path).not.toHaveValue('')
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.type(app.folder)
      await page.keyboard.press('Enter')
      // Down the tree as well as by typing.
      await press(page, page.getByRole('dialog').getByRole('button', { name: 'pictures', exact: true }))
      await expect(path).toHaveValue(app.collection)
      await press(page, button('Use this folder'))
    }
    await expect(heading).toHaveText('pictures')
    await expect(heading).toBeFocused()
  })

  await test.step('look at the classes and the pictures', async () => {
    await expect(button('Continue to strength')).toBeEnabled({ timeout: 180_000 })
    await press(page, page.getByRole('list', { name: 'Classes' }).getByRole('button', { name: /meadows/ }))
    const grid = page.getByRole('listbox')
    await expect(grid.getByRole('option')).toHaveCount(12)
    await tabTo(page, grid)
    for (const key of ['ArrowRight', 'End', 'ArrowLeft']) await page.keyboard.press(key)
    await expect(grid).toHaveAttribute('aria-activedescendant', 'picture-10')
    await page.keyboard.press('Enter')
    await expect(page.getByText('meadows/meadows 8.png')).toBeVisible()
  })

  await test.step('choose a strength, compare, set the draws, start', async () => {
    await expect(heading).toBeFocused()
    await tabTo(page, page.getByRole('radio', { name: /Balanced/ }))
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('radio', { name: /Strong/ })).toBeChecked()
    const divider = page.getByRole('slider', { name: /Divider/ })
    await tabTo(page, divider)
    await page.keyboard.press('End')
    await expect(divider).toHaveAttribute('aria-valuenow', '100')
    await press(page, page.getByText('Advanced', { exact: true }))
    await tabTo(page, page.getByLabel('Draws'))
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('150')
    await tabTo(page, page.getByLabel(/^Classifiers trained/))
    await page.keyboard.press('Home')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('list', { name: 'Stages' })).toBeVisible()
  })

  await test.step('pause with the space bar, refuse to cancel, resume', async () => {
    await expect(heading).toBeFocused()
    await page.keyboard.press('Space')
    await expect(button('Resume')).toBeVisible({ timeout: 20_000 })
    await page.keyboard.press('Escape')
    const question = page.getByRole('alertdialog')
    await expect(question).toBeVisible()
    await expect(question.getByRole('button').first()).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(question).toBeHidden()
    await press(page, button('Resume'))
    await expect(stageRow(page, 'Sign')).toContainText('Done', { timeout: 600_000 })
  })

  await test.step('read the report', async () => {
    await press(page, page.getByRole('link', { name: 'Open the report' }))
    await expect(heading).toContainText('Guessing gives')
    await expect(heading).toBeFocused()
    await press(page, page.getByText('The curve as a table'))
    await expect(page.getByRole('columnheader', { name: 'Protected, at most' })).toBeVisible()
    await tabTo(page, page.getByRole('slider', { name: /Divider/ }))
    await page.keyboard.press('ArrowLeft')
  })

  await test.step('verify it', async () => {
    await press(page, button('Verify again'))
    await expect(page.getByText('All files match')).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText('Signature valid')).toBeVisible()
  })

  await test.step('history and settings', async () => {
    await page.keyboard.press('Alt+3')
    await press(page, page.getByRole('link', { name: 'Verify pictures' }))
    await page.keyboard.press('ControlOrMeta+,')
    await expect(heading).toHaveText('Settings')
    await tabTo(page, page.getByRole('radio', { name: 'As the system' }))
    await page.keyboard.press('ArrowDown')
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
    await press(page, button('Export private key…'))
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(button('Export private key…')).toBeFocused()
  })
})

test('a running job is cancelled by keyboard', async ({ app }) => {
  const page = await app.open({ effort: 'long' })
  await chooseCollection(app, page)
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByRole('button', { name: 'Start protecting' })).toBeEnabled({ timeout: 30_000 })
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByRole('list', { name: 'Stages' })).toBeVisible()
  await page.keyboard.press('Escape')
  const question = page.getByRole('alertdialog')
  await tabTo(page, question.getByRole('button', { name: 'Cancel the job' }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('Cancelled', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
})
