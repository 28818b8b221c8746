/**
 * Ends a job at recorded points, starts it again, and compares what comes out with an undisturbed run of the same seed.
 *
 * Equal must be: every byte of every protected picture, the names in the output folder, the originals, and all of the
 * certificate's statement – files, scores, bounds, hash of the private bundle, time (the suite's clock stands still).
 * Only the signer's key may differ, and only where the power was lost before the new key was on disk.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEnvelope } from '../../src-main/core/certificate/dsse.js'
import type { Stage } from '../../src-main/core/job-events.js'
import type { JobContext } from '../../src-main/jobs/job.js'
import { openKeyStore } from '../../src-main/keys/key-store.js'
import { protect } from '../../src-main/jobs/protect.js'
import { TEMPORARY, openStorage } from '../../src-main/storage/folders.js'
import { QUICK, drawCollection, snapshot } from '../support/collection.js'
import { createPool, type Pool } from '../../src-main/workers/pool.js'
import { nodeTransport } from '../../src-main/workers/transport.js'
import { FAULTS, type Fault, type Image, type Operation, imageKey, record, writeImage } from './disk.js'
import { poolInProcess, remembering, type Results } from './pool.js'

const CERTIFICATE = 'fixative-certificate.json'
const REPORT = 'fixative-report.html'
const KEY = 'home/keys/signing-key.pem'

export interface Point {
  readonly stage: Stage | 'before' | 'after'
  readonly fault: Fault
  readonly operation: string
  readonly image: Image
}

/** Chooses the operations at which the job ends; `number` counts the operations of the stage. */
export type Choice = (fault: Fault, stage: Point['stage'], number: number) => boolean

export interface Outcome {
  readonly point: Omit<Point, 'image'>
  /** In words; empty when all is as it should be. */
  readonly wrong: readonly string[]
}

export class FaultSuite {
  readonly points: Point[] = []
  operations = 0
  readonly #root = mkdtempSync(join(tmpdir(), 'fixative-faults-'))
  /** The disk under test; the originals lie beside it. */
  readonly #disk = join(this.#root, 'disk')
  readonly #input = join(this.#root, 'in')
  readonly #output = join(this.#disk, 'out')
  readonly #results: Results = new Map()
  readonly #blobs = new Map<string, Buffer>()
  #workers: Pool | undefined
  #originals: Record<string, string> = {}
  #pictures: Record<string, string> = {}
  #statement: unknown

  /** Draws the pictures, does the job once without a fault, and keeps the disk at every chosen point. */
  async record(choose: Choice): Promise<void> {
    mkdirSync(this.#disk)
    await drawCollection(this.#input, { a: 9, 'set/b': 9 })
    this.#originals = snapshot(this.#input)
    let stage: Point['stage'] = 'before'
    let number = 0
    const seen = new Set<string>()
    const keep = (fault: Fault, operation: string, image: Image | null): void => {
      if (image === null) return
      const interned = this.#intern(image)
      const key = imageKey(interned)
      if (seen.has(key)) return
      seen.add(key)
      this.points.push({ stage, fault, operation, image: interned })
    }
    const watch = (operation: Operation): void => {
      number++
      for (const fault of FAULTS) {
        if (!choose(fault, stage, number)) continue
        const shown = `${operation.index} ${operation.name} ${operation.path}`
        keep(fault, shown, operation.image(fault))
      }
    }
    const recording = await record(this.#disk, watch)
    try {
      await this.#protect(poolInProcess(2), (event) => {
        if (event.type === 'stage' && event.stage !== stage) {
          stage = event.stage
          number = 0
        }
      })
      stage = 'after'
      for (const fault of ['killed', 'names-lost', 'names-kept'] as const) keep(fault, 'end', recording.image(fault))
      this.operations = recording.operations
    } finally {
      recording.stop()
    }
    this.#statement = this.#claims()
    this.#pictures = this.#written()
  }

  /** Starts the job again from a point. */
  async resume({ image, ...point }: Point): Promise<Outcome> {
    const wrong: string[] = []
    writeImage(this.#disk, image)
    if (existsSync(this.#output)) wrong.push(...this.#halfWritten())
    if (point.stage === 'after' && !existsSync(join(this.#output, CERTIFICATE))) wrong.push('a finished job is lost')
    const key = image.get(KEY)?.bytes.toString()
    try {
      this.#workers ??= createPool({
        transport: nodeTransport(new URL('../../src-main/workers/entry.ts', import.meta.url)),
        size: 2,
      })
      await this.#protect(remembering(this.#workers, this.#results))
      wrong.push(...this.#differences())
      const after = readFileSync(join(this.#disk, KEY), 'utf8')
      if (key !== undefined && key !== after) wrong.push('the signing key was replaced')
    } catch (error) {
      wrong.push(`the job does not go on: ${error instanceof Error ? error.message : String(error)}`)
    }
    return { point, wrong }
  }

  async close(): Promise<void> {
    await this.#workers?.close()
    rmSync(this.#root, { recursive: true, force: true })
  }

  async #protect(pool: Pool, onEvent: JobContext['onEvent'] = () => undefined): Promise<void> {
    const storage = openStorage(join(this.#disk, 'home'))
    await protect(
      { input: this.#input, output: this.#output, settings: QUICK },
      {
        pool: remembering(pool, this.#results),
        keys: openKeyStore(storage.keys),
        storage,
        version: '0.0.0-test',
        onEvent,
        now: () => new Date('2026-01-01T00:00:00Z'),
        effort: { rounds: 2, warmUp: 0, fitSteps: 4 },
      },
    )
  }

  /** Hash of every picture in the output folder, by name; what has a temporary name is none yet. */
  #written(): Record<string, string> {
    const all = Object.entries(snapshot(this.#output))
    return Object.fromEntries(all.filter(([name]) => !TEMPORARY.test(name) && !name.includes('fixative-')))
  }

  #claims(): unknown {
    const { statement, signed } = openEnvelope(readFileSync(join(this.#output, CERTIFICATE)))
    return { signed, statement: { ...statement, predicate: { ...statement.predicate, issuer: null } } }
  }

  /** What stands under its final name must be whole, also before anybody has repaired anything. */
  #halfWritten(): string[] {
    const now = this.#written()
    const half = Object.entries(now).filter(([name, sha256]) => {
      return name !== '.fixative-job' && this.#pictures[name] !== sha256
    })
    const wrong = half.map(([name]) => `half-written: ${name}`)
    if (!existsSync(join(this.#output, CERTIFICATE))) return wrong
    if (JSON.stringify(this.#claimsOrNull()) !== JSON.stringify(this.#statement))
      wrong.push('half-written: certificate')
    const lost = Object.keys(this.#pictures).filter((name) => now[name] === undefined)
    return [...wrong, ...lost.map((name) => `certified, but lost: ${name}`)]
  }

  #claimsOrNull(): unknown {
    try {
      return this.#claims()
    } catch {
      return null
    }
  }

  #differences(): string[] {
    const wrong: string[] = []
    const expect = (what: string, same: boolean): void => void (same || wrong.push(what))
    const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
    expect('the certificate differs', equal(this.#claimsOrNull(), this.#statement))
    expect('a picture differs', equal(this.#written(), this.#pictures))
    const names = Object.keys(snapshot(this.#output)).sort()
    expect(
      'there are other files in the output',
      equal(names, [...Object.keys(this.#pictures), CERTIFICATE, REPORT].sort()),
    )
    expect('the report is not whole', readFileSync(join(this.#output, REPORT), 'utf8').trimEnd().endsWith('</html>'))
    expect('an original was touched', equal(snapshot(this.#input), this.#originals))
    const jobs = join(this.#disk, 'home', 'jobs')
    const left = readdirSync(jobs, { recursive: true, encoding: 'utf8' }).filter((name) => TEMPORARY.test(name))
    expect(`left behind: ${left.join(', ')}`, left.length === 0)
    return wrong
  }

  /** Many images hold the same files. */
  #intern(image: Image): Image {
    return new Map(
      [...image].map(([path, file]) => {
        if (file === null) return [path, null]
        const key = createHash('sha256').update(file.bytes).digest('hex')
        const bytes = this.#blobs.get(key) ?? file.bytes
        this.#blobs.set(key, bytes)
        return [path, { ...file, bytes }]
      }),
    )
  }
}
