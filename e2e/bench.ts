/**
 * How quick the window is on this machine, as JSON: `npm run bench:window`, after a build. Opening is measured five
 * times (median); a folder of 2,000 photographs, and a whole job on 200 of them, once. Times in seconds unless the name
 * says otherwise. What it is doing goes to stderr. On two idle cores it takes about four minutes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from '@playwright/test'
import sharp from 'sharp'
import config from '../playwright.config.js'
import { median } from '../scripts/bench/figures.js'
import buildPrograms, { programFile } from '../test/support/programs.js'
import { createClient } from '../src-shared/contract/index.js'
import { DEFAULT_SETTINGS } from '../src-main/core/settings.js'
import { createHttpTransport } from '../src-renderer/http-transport.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const RUNS = 5
const FOLDERS = 20
const PER_FOLDER = 100
const DIFFERENT = 25
/** Folders of those that the watched job protects. */
const WATCHED = 2
/** Rounds of learning, steps of training and draws of that job: every stage lasts, none long. */
const EFFORT = ['8', '120'] as const
const DRAWS = 300

const round = (value: number): number => Number(value.toPrecision(3))
const quantile = (values: number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!

/** 2,000 files of 1600×1200; the pixels repeat, the bytes do not, or they would be left out as copies. */
async function photographs(folder: string): Promise<void> {
  const side = 24
  const images: Buffer[] = []
  const grain = await sharp({ create: { ...SIZE, background: '#000', noise: NOISE } })
    .raw()
    .toBuffer()
  for (let n = 0; n < DIFFERENT; n++) {
    const raw = { width: side, height: side, channels: 3 } as const
    const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => 128 + 110 * Math.sin(i * (n + 1) * 0.7))
    const enlarged = sharp(pixels, { raw }).resize(SIZE.width, SIZE.height, { kernel: 'cubic' })
    images.push(
      await enlarged
        .composite([{ input: grain, raw: SIZE, blend: 'soft-light' }])
        .jpeg({ quality: 88 })
        .toBuffer(),
    )
  }
  for (let f = 0; f < FOLDERS; f++) {
    const below = join(folder, `set ${f}`)
    await mkdir(below, { recursive: true })
    for (let i = 0; i < PER_FOLDER; i++) {
      const number = f * PER_FOLDER + i
      const bytes = Buffer.concat([images[number % DIFFERENT]!, Buffer.from(`picture ${number}`)])
      await writeFile(join(below, `IMG_${String(number).padStart(4, '0')}.jpg`), bytes)
    }
  }
}
const SIZE = { width: 1600, height: 1200, channels: 3 } as const
const NOISE = { type: 'gaussian', mean: 128, sigma: 40 } as const

async function firstLine(program: ChildProcess): Promise<string> {
  const lines = createInterface(program.stdout!)
  for await (const line of lines) if (line.includes('http://')) return line.trim()
  throw new Error('the host did not start')
}

/** The built app, as `npm run serve` starts it. */
async function serve(home: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const program = spawn(process.execPath, [join(ROOT, 'out', 'main', 'host.js')], {
    env: { ...process.env, FIXATIVE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await firstLine(program)
  return {
    url,
    stop: async () => {
      const gone = once(program, 'exit')
      program.kill('SIGTERM')
      await gone
    },
  }
}

/** Seconds from the start of the program to its address, and from there to a window that can be used. */
async function opening(browser: Browser, home: string): Promise<{ host: number; window: number }> {
  const start = performance.now()
  const host = await serve(home)
  const served = performance.now()
  const page = await browser.newPage()
  await page.goto(host.url)
  await page.getByRole('button', { name: 'Choose folder…' }).waitFor()
  const end = performance.now()
  await page.close()
  await host.stop()
  return { host: (served - start) / 1000, window: (end - served) / 1000 }
}

/** In the page: milliseconds from the click that chooses the folder to its first picture, and to all that are in view. */
const WATCH_IMAGES = `new Promise((done) => {
  let start, first
  addEventListener('click', () => (start = performance.now()), { capture: true, once: true })
  const look = () => {
    const box = document.querySelector('[role=listbox]')
    const inView = [...(box?.querySelectorAll('[role=option]') ?? [])].filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect()
      return bottom > box.getBoundingClientRect().top && top < box.getBoundingClientRect().bottom
    })
    const shown = inView.filter((cell) => cell.querySelector('img')?.naturalWidth > 0)
    if (shown.length > 0) first ??= performance.now() - start
    if (inView.length > 12 && shown.length === inView.length) done({ first, all: performance.now() - start, inView: inView.length })
    else requestAnimationFrame(look)
  }
  look()
})`

/** In the page: milliseconds between frames while the list is scrolled, forty pixels a frame, and of tasks over 50 ms. */
const SCROLL = `new Promise((finish) => {
  const long = []
  const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)))
  watch.observe({ type: 'longtask' })
  const done = (times) => { watch.disconnect(); finish({ times, long }) }
  const box = document.querySelector('[role=listbox]')
  const times = []
  let before = performance.now()
  const step = (now) => {
    times.push(now - before)
    before = now
    box.scrollTop += 40
    if (times.length === 300) done(times.slice(1))
    else requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
})`

interface Scrolled {
  times: number[]
  long: number[]
}

interface Images {
  first: number
  all: number
  inView: number
}

async function openFolder(browser: Browser, home: string, folder: string) {
  const host = await serve(home)
  const page: Page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(host.url)
  await page.getByRole('button', { name: 'Choose folder…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(folder)
  await dialog.getByRole('textbox', { name: 'Folder' }).press('Enter')
  await dialog.getByText('set 0', { exact: true }).waitFor()
  const images = page.evaluate<Images>(WATCH_IMAGES)
  const start = performance.now()
  await dialog.getByRole('button', { name: 'Use this folder' }).click()
  const { first, all, inView } = await images
  const busy = await page.evaluate<Scrolled>(SCROLL)
  await page.locator('button:enabled', { hasText: 'Continue to strength' }).waitFor({ timeout: 600_000 })
  const complete = (performance.now() - start) / 1000
  const idle = await page.evaluate<Scrolled>(SCROLL)
  const frames = ({ times, long }: Scrolled) => ({
    p95: round(quantile(times, 0.95)),
    max: round(Math.max(...times)),
    longTasks: long.length,
    longest: round(Math.max(0, ...long)),
  })
  await page.close()
  await host.stop()
  return {
    firstThumbnail: round(first / 1000),
    allInView: round(all / 1000),
    inView,
    complete: round(complete),
    scrollFrameMs: { whileReading: frames(busy), afterwards: frames(idle) },
  }
}

/** How late the event loop of the main process is during a whole job, milliseconds, and in how many seconds of it. */
async function eventLoop(home: string, folder: string): Promise<{ p99: number; max: number; seconds: number }> {
  const args = [home, join(ROOT, 'out', 'renderer'), join(ROOT, 'out', 'main', 'worker.js'), ...EFFORT]
  await buildPrograms()
  const program = spawn(process.execPath, [programFile('host'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const transport = createHttpTransport(await firstLine(program))
  const client = createClient(transport)
  const { id } = await client.request('collection.inspect', { folder, labels: 'default' })
  while ((await client.request('collection.get', { id })).state !== 'ready') await sleep(0.2)
  const start = performance.now()
  const settings = { ...DEFAULT_SETTINGS, draws: DRAWS, runs: 0 as const }
  const job = await client.request('jobs.start', { collectionId: id, settings })
  const state = async () => (await client.request('jobs.get', { id: job.id })).state
  while ((await state()) === 'running' || (await state()) === 'queued') await sleep(0.5)
  if ((await state()) !== 'done') throw new Error(`the job is ${await state()}`)
  const seconds = round((performance.now() - start) / 1000)
  let last = ''
  createInterface(program.stdout).on('line', (line) => (last = line))
  const gone = once(program, 'close')
  transport.close()
  program.kill('SIGTERM')
  await gone
  const { p99, max } = JSON.parse(last) as { p99: number; max: number }
  return { p99: round(p99), max: round(max), seconds }
}

const sleep = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000))

function say(what: string): number {
  console.error(`${what} …`)
  return round(loadavg()[0]!)
}

const root = await mkdtemp(join(tmpdir(), 'fixative-bench-window-'))
const browser = await chromium.launch(config.use?.launchOptions)
try {
  const folder = join(root, 'photographs')
  say('writing 2,000 photographs')
  await photographs(folder)
  const opened = []
  const load = [say('opening the window')]
  for (let n = 0; n < RUNS; n++) opened.push(await opening(browser, join(root, 'home')))
  load.push(say('opening the folder'))
  const folderOf2000 = await openFolder(browser, join(root, 'home'), folder)
  const few = join(root, 'few')
  for (let f = 0; f < WATCHED; f++) await cp(join(folder, `set ${f}`), join(few, `set ${f}`), { recursive: true })
  load.push(say('protecting 200 of them'))
  const result = {
    machine: { cpu: cpus()[0]?.model, cores: availableParallelism(), loadBeforeEachPart: load },
    openSeconds: {
      host: round(median(opened.map(({ host }) => host))),
      window: round(median(opened.map(({ window }) => window))),
    },
    folderOf2000,
    eventLoopMsDuringJob: await eventLoop(join(root, 'home 2'), few),
  }
  console.log(JSON.stringify(result, null, 2))
} finally {
  await browser.close()
  await rm(root, { recursive: true, force: true })
}
