/** The system's message boxes, which Playwright cannot see: answered instead of shown, and kept. */
import type { ElectronApplication } from '@playwright/test'

declare global {
  var askedByFixative: string[] | undefined
}

/** From now on each question gets the answer of this button, by its place. */
export async function answerQuestions(electron: ElectronApplication, button: number): Promise<void> {
  await electron.evaluate(({ dialog }, response) => {
    const asked = (globalThis.askedByFixative ??= [])
    dialog.showMessageBox = async (...args: unknown[]) => {
      asked.push((args.at(-1) as { message: string }).message)
      return { response, checkboxChecked: false }
    }
  }, button)
}

/** What was asked so far. */
export function questions(electron: ElectronApplication): Promise<string[]> {
  return electron.evaluate(() => globalThis.askedByFixative ?? [])
}
