/**
 * Damaged pictures through everything that meets a picture: the scan, thumbnails, the window's small pictures, and the
 * export, the latter three in worker processes as in the product.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FixativeError } from '../../src-main/core/errors.js'
import { keyedRandom } from '../../src-main/core/random/random.js'
import { headers } from '../../src-main/images/inspect.js'
import { scan } from '../../src-main/images/scan.js'
import { inParallel } from '../../src-main/jobs/job.js'
import { createPool } from '../../src-main/workers/pool.js'
import { nodeTransport } from '../../src-main/workers/transport.js'
import { mutate } from './mutate.js'
import { imageSeeds } from './seeds.js'
import { AS_IT_IS, testNoise } from '../support/noise-request.js'

/** Longest that anything may take, milliseconds. */
export const HANG = 10_000
const BATCH = 40
const WORKERS = 2
const RESOLUTION = 32
const EYES = { visibility: 0.1, brightness: true }

export interface Finding {
  readonly input: string
  readonly what: string
}

export interface ImageReport {
  readonly inputs: number
  readonly seeds: number
  /** Told apart by the scan, by the decoder, and not at all. */
  readonly outcomes: { refusedByScan: number; refusedLater: number; exported: number }
  readonly slowestMilliseconds: number
  readonly workersLost: number
  readonly findings: readonly Finding[]
}

/** @param keep folder for inputs with a finding. */
export async function fuzzImages(count: number, seed: string, keep?: string): Promise<ImageReport> {
  const root = mkdtempSync(join(tmpdir(), 'fixative-fuzz-'))
  const [input, output] = [join(root, 'in'), join(root, 'out')]
  const seeds = await imageSeeds()
  const findings: Finding[] = []
  const outcomes = { refusedByScan: 0, refusedLater: 0, exported: 0 }
  let slowest = 0
  let workersLost = 0
  const pool = createPool({
    transport: nodeTransport(new URL('../../src-main/workers/entry.ts', import.meta.url)),
    size: WORKERS,
    onWorkerLost: () => workersLost++,
  })
  const noise = testNoise(RESOLUTION)

  const found = (name: string, what: string): void => {
    findings.push({ input: name, what })
    if (keep) {
      mkdirSync(keep, { recursive: true })
      writeFileSync(join(keep, name), readFileSync(join(input, name)))
    }
  }
  /** The result; null for a refusal. Whatever is no refusal, or takes too long, is a finding. */
  async function timed<T>(
    name: string,
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    again = true,
  ): Promise<T | null> {
    const started = performance.now()
    const signal = AbortSignal.timeout(HANG)
    try {
      return await work(signal)
    } catch (error) {
      // A busy machine may be slow once; what hangs does so twice.
      if (signal.aborted && again) return await timed(name, what, work, false)
      if (signal.aborted) found(name, `${what} hangs`)
      else if (!(error instanceof FixativeError) || error.code === 'internal' || error.code === 'worker-lost') {
        found(name, `${what}: ${String(error)}`)
      }
      return null
    } finally {
      slowest = Math.max(slowest, performance.now() - started)
    }
  }

  async function one(source: string, name: string): Promise<void> {
    const read = await timed(name, 'thumbnail', (signal) =>
      pool.run('thumbnails', { sources: [source], resolution: RESOLUTION, eyes: EYES }, { signal }),
    )
    await timed(name, 'picture', (signal) => pool.run('image', { source, size: 64 }, { signal }))
    const target = join(output, name)
    const request = {
      source,
      target,
      ...noise,
      ...AS_IT_IS,
    } as const
    const written = await timed(name, 'export', (signal) => pool.run('exportImage', request, { signal }))
    if (!written || !read?.items[0]?.ok) {
      outcomes.refusedLater++
      return
    }
    outcomes.exported++
    const hash = createHash('sha256').update(readFileSync(target)).digest('hex')
    if (hash !== written.sha256) found(name, 'the written file is not the one that was measured')
  }

  try {
    // Time is told of the work, not of the start of the workers.
    const idle = { sources: [], resolution: RESOLUTION }
    await Promise.all(Array.from({ length: WORKERS }, () => pool.run('thumbnails', idle)))
    for (let first = 0; first < count; first += BATCH) {
      mkdirSync(input, { recursive: true })
      mkdirSync(output, { recursive: true })
      const hashes = new Map<string, string>()
      for (let i = first; i < Math.min(count, first + BATCH); i++) {
        const random = keyedRandom(seed, 'image', i)
        const [base, other] = [seeds[random.integer(seeds.length)]!, seeds[random.integer(seeds.length)]!]
        const bytes = mutate(base.bytes, other.bytes, random)
        const name = `${i}.${base.extension}`
        writeFileSync(join(input, name), bytes)
        hashes.set(name, createHash('sha256').update(bytes).digest('hex'))
      }
      const started = performance.now()
      const { files, skipped } = await scan(input, { headers: (sources) => headers({ sources }) })
      const took = performance.now() - started
      if (took > HANG) found([...hashes.keys()][0]!, `the scan of ${hashes.size} files takes ${Math.round(took)} ms`)
      if (files.length + skipped.length !== hashes.size) found([...hashes.keys()][0]!, 'the scan loses a file')
      outcomes.refusedByScan += skipped.length
      await inParallel(files, WORKERS, ({ source, path }) => one(source, path))
      for (const [name, hash] of hashes) {
        const now = createHash('sha256')
          .update(readFileSync(join(input, name)))
          .digest('hex')
        if (now !== hash) found(name, 'the original was changed')
      }
      for (const name of readdirSync(output)) if (!hashes.has(name)) found(name, 'left in the output folder')
      const strays = readdirSync(root).filter((name) => name !== 'in' && name !== 'out')
      for (const name of strays) findings.push({ input: name, what: 'written outside the output folder' })
      rmSync(input, { recursive: true })
      rmSync(output, { recursive: true })
      if (first % 1000 === 0) process.stderr.write(`${first} pictures\n`)
    }
  } finally {
    await pool.close()
    rmSync(root, { recursive: true, force: true })
  }
  if (workersLost > 0) findings.push({ input: '-', what: `${workersLost} workers died` })
  return {
    inputs: count,
    seeds: seeds.length,
    outcomes,
    slowestMilliseconds: Math.round(slowest),
    workersLost,
    findings,
  }
}
