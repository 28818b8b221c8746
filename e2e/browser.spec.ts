/** What only the browser has: its own folder chooser. */
import { expect } from '@playwright/test'
import { test } from './app.js'

test('a folder dropped in a browser, which hides its path, opens the chooser', async ({ app }) => {
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
