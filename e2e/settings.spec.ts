import { expect } from '@playwright/test'
import { chooseFolder, show, test } from './app.js'

test('settings, keys and recent folders survive a restart', async ({ app }) => {
  const page = await app.open()
  await chooseFolder(app, page, app.collection)
  await expect(page.getByRole('list', { name: 'Classes' })).toBeVisible()
  await show(page, '#/settings')
  await page.getByRole('checkbox', { name: /notification/ }).uncheck()
  await page.getByRole('spinbutton', { name: 'Worker processes' }).fill('1')
  const signer = page.getByRole('textbox', { name: /Signer’s name/ })
  await signer.fill('Ada Lovelace')
  await signer.press('Tab')
  const fingerprint = page.getByText('Fingerprint').locator('.mono')
  await expect(fingerprint).toHaveText(/\w/)
  const key = await fingerprint.textContent()
  await page.getByRole('button', { name: 'Shortcuts' }).click()
  await page.getByRole('checkbox', { name: /one key/ }).uncheck()
  await page.keyboard.press('Escape')
  // The theme last: it changes when it is stored, and settings are stored in order, so that the others are by then.
  await page.getByRole('radio', { name: 'Dark' }).check()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

  await app.kill()
  const again = await app.open()
  await expect(again.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(again.getByRole('button', { name: /^pictures/ })).toBeVisible()
  // Shortcuts of one key are off, those of two are not.
  await again.getByRole('heading', { level: 1 }).focus()
  await again.keyboard.press('?')
  await expect(again.getByRole('dialog')).toHaveCount(0)
  await again.keyboard.press('F1')
  await expect(again.getByRole('dialog')).toBeVisible()
  await again.keyboard.press('Escape')
  await show(again, '#/settings')
  await expect(again.getByRole('radio', { name: 'Dark' })).toBeChecked()
  await expect(again.getByRole('checkbox', { name: /notification/ })).not.toBeChecked()
  await expect(again.getByRole('spinbutton', { name: 'Worker processes' })).toHaveValue('1')
  await expect(again.getByRole('textbox', { name: /Signer’s name/ })).toHaveValue('Ada Lovelace')
  await expect(again.getByText('Fingerprint').locator('.mono')).toHaveText(key!)
})

test('a folder dropped in a browser, which hides its path, opens the chooser', async ({ app }) => {
  test.skip(!app.ownChooser, 'the desktop app gets the path')
  const page = await app.open()
  await page.evaluate(`{
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([''], 'pictures'))
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
    }
  }`)
  await expect(page.getByText('A browser hides where a dropped folder lies.')).toBeAttached()
  await expect(page.getByRole('dialog')).toBeVisible()
})
