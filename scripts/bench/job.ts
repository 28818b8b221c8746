/** Whole jobs, as processes of their own: how long each stage takes, and how much memory. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import sharp from 'sharp'
import type { JobEvent, JobResult } from '../../src-main/core/job-events.js'
import { keyedRandom } from '../../src-main/core/random/random.js'
import { FIXATIVE } from '../programs.js'
import { median, round } from './figures.js'
import { peerJob } from './peer.js'

interface Run {
  readonly seconds: number
  readonly stages: Readonly<Record<string, number>>
  /** Of the main process; null where the system does not tell. */
  readonly mainPeakMegabytes: number | null
  readonly headline: string
}

/** Largest resident memory of a process so far, in megabytes; null where the system does not tell (Linux does). */
function peakMegabytes(pid: number | undefined): number | null {
  const status = `/proc/${pid}/status`
  if (!existsSync(status)) return null
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))
  return line ? Number(line[1]) / 1024 : null
}

/** Runs `fixative protect`. @returns seconds of the whole and of each stage, and the peak memory of the main process. */
async function runJob(input: string, folder: string, options: readonly string[]): Promise<Run> {
  const output = join(folder, 'protected')
  const home = join(folder, 'home')
  const args = [FIXATIVE, 'protect', input, output, '--json', '--seed', '1', ...options]
  const start = performance.now()
  const env = { ...process.env, FIXATIVE_HOME: home }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let peak = null as number | null
  const watch = setInterval(() => {
    try {
      peak = peakMegabytes(child.pid) ?? peak
    } catch {
      // The process has just ended.
    }
  }, 100)
  const starts: { stage: string; at: number }[] = []
  let result: JobResult | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as JobEvent
    if (event.type === 'stage') starts.push({ stage: event.stage, at: performance.now() })
    if (event.type === 'result') result = event.result
  }
  clearInterval(watch)
  const end = performance.now()
  if (!result) throw new Error('the job ended without a result')
  const stages = Object.fromEntries(
    starts.map(({ stage, at }, i) => [stage, round(((starts[i + 1]?.at ?? end) - at) / 1000)]),
  )
  const { headline } = result
  await rm(output, { recursive: true, force: true })
  await rm(home, { recursive: true, force: true })
  return { seconds: round((end - start) / 1000), stages, mainPeakMegabytes: peak && Math.round(peak), headline }
}

/** The whole job on a collection, beside the peer's, in turns; without further classifiers, which the peer has not. */
export async function wholeJob(input: string, peer: string | undefined, folder: string, runs: number) {
  const own: Run[] = []
  const others: ReturnType<typeof peerJob>[] = []
  for (let i = 0; i < runs; i++) {
    own.push(await runJob(input, folder, ['--runs', '0']))
    if (peer) others.push(peerJob(peer, input, folder, '1000'))
  }
  const seconds = median(own.map((run) => run.seconds))
  const { stages, headline } = own[0]!
  if (!peer) return { runs, seconds, stages, headline, peer: null }
  const peerSeconds = median(others.map((run) => run.seconds))
  return {
    runs,
    seconds,
    stages,
    headline,
    peer: { ...others[0], seconds: peerSeconds },
    ratio: round(seconds / peerSeconds),
  }
}

/** Colours of the four folders: a surrogate soon tells them apart, so that fitting one takes as long for each count. */
const COLOURS = [
  [190, 110, 70],
  [70, 150, 80],
  [80, 100, 190],
  [170, 160, 60],
] as const

/** Photograph-like pictures in four folders, each different, as JPEG. */
async function drawImages(folder: string, count: number, megapixels: number): Promise<void> {
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3))
  const height = Math.round((megapixels * 1e6) / width)
  const raw = { width: 240, height: 180, channels: 3 } as const
  for (let i = 0; i < count; i++) {
    const place = join(folder, `class-${i % 4}`)
    await mkdir(place, { recursive: true })
    const colour = COLOURS[i % 4]!
    const random = keyedRandom('bench', 'picture', i)
    const grain = (_: unknown, at: number): number => colour[at % 3]! + random.integer(120) - 60
    // Drawn small and enlarged: as soft as a photograph, and quickly made.
    const small = Uint8Array.from({ length: raw.width * raw.height * raw.channels }, grain)
    await sharp(small, { raw })
      .resize(width, height, { fit: 'fill' })
      .jpeg({ quality: 90 })
      .toFile(join(place, `${i}.jpg`))
  }
}

/**
 * How each stage grows with the collection. `growth` is the time of the largest collection over that of the one half
 * its size: 2 is linear; less than 2 is mostly fixed cost.
 */
export async function scale(folder: string, counts: readonly number[], megapixels: number) {
  const rows: ({ images: number } & Run)[] = []
  for (const images of counts) {
    const input = join(folder, `pictures-${images}`)
    await drawImages(input, images, megapixels)
    rows.push({ images, ...(await runJob(input, folder, ['--draws', '200', '--runs', '0'])) })
    await rm(input, { recursive: true, force: true })
  }
  const [last, half] = [rows.at(-1), rows.at(-2)]
  const growth =
    last && half
      ? Object.fromEntries(Object.entries(last.stages).map(([name, s]) => [name, round(s / half.stages[name]!)]))
      : null
  return { megapixels, rows, growth }
}
