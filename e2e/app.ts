/** A fresh app behind the browser host, as a process of its own, with a small collection to protect. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import sharp from 'sharp'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Rounds of learning and training steps: enough to run every stage, too few for a good certificate. */
const EFFORT = ['3', '60']
const CLASSES = ['cliffs', 'meadows']
const PER_CLASS = 12

export class App {
  readonly collection: string
  #process: ChildProcess | undefined

  constructor(readonly folder: string) {
    this.collection = join(folder, 'pictures')
  }

  /** Starts the host on this app's data folder and answers with its address. */
  async start(): Promise<string> {
    const args = [join(this.folder, 'data'), join(ROOT, 'out', 'renderer'), ...EFFORT]
    const program = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'test', 'host', 'program.ts'), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = program
    const [line] = (await once(createInterface(program.stdout), 'line')) as [string]
    return line
  }

  /** Ends the host as a crash does. */
  async kill(): Promise<void> {
    const program = this.#process
    this.#process = undefined
    if (!program || program.exitCode !== null) return
    const gone = once(program, 'exit')
    program.kill('SIGKILL')
    await gone
  }
}

/** Two classes of small pictures: horizontal and vertical stripes of many colours. */
export async function makeCollection(folder: string): Promise<void> {
  for (const [k, name] of CLASSES.entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let i = 0; i < PER_CLASS; i++) {
      const side = 48
      const pixels = Buffer.alloc(side * side * 3)
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
          for (let c = 0; c < 3; c++)
            pixels[(y * side + x) * 3 + c] = 128 + 90 * Math.sin((k ? x : y) / (2 + (i % 4)) + i * (c + 1))
      const raw = { width: side, height: side, channels: 3 } as const
      await sharp(pixels, { raw })
        .png()
        .toFile(join(folder, name, `${name} ${i}.png`))
    }
  }
}

export const test = base.extend<{ app: App }>({
  // Playwright reads a fixture's needs from its first parameter, which must be a pattern.
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = new App(await mkdtemp(join(tmpdir(), 'fixative-e2e-')))
    await makeCollection(app.collection)
    await use(app)
    await app.kill()
    await rm(app.folder, { recursive: true, force: true })
  },
})

/** Chooses the collection on the home screen and waits for what was found in it. */
export async function chooseFolder(page: Page, folder: string): Promise<void> {
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  const dialog = page.getByRole('dialog')
  const path = dialog.getByRole('textbox', { name: 'Folder' })
  await expect(path).not.toHaveValue('')
  await path.fill(folder)
  await dialog.getByRole('button', { name: 'Open' }).click()
  await expect(dialog.getByText(CLASSES[0]!, { exact: true })).toBeVisible()
  await dialog.getByRole('button', { name: 'Use this folder' }).click()
  await expect(page.getByRole('button', { name: 'Continue to strength' })).toBeEnabled({ timeout: 30_000 })
}

/** From the collection to a running job, with few draws. */
export async function startJob(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue to strength' }).click()
  await expect(page.getByRole('button', { name: 'Start protecting' })).toBeEnabled({ timeout: 30_000 })
  await page.getByText('Advanced', { exact: true }).click()
  await page.getByLabel('Draws').fill('150')
  await page.getByRole('button', { name: 'Start protecting' }).click()
  await expect(page.getByRole('list', { name: 'Stages' })).toBeVisible()
}

/** Goes to a screen by its address. */
export async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
}

/** No violation of WCAG 2.2 A and AA, in either colour scheme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // The colours of the old scheme may still be on their way to the new one.
    await page.waitForTimeout(500)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(
      violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
    ).toEqual([])
  }
}
