/** A small generated collection for the tests of the pipeline. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { keyedRandom } from '../../src-main/core/random/random.js'
import { DEFAULT_SETTINGS, type Settings } from '../../src-main/core/settings.js'
import { programUrl } from './programs.js'
import { type Pool, createPool } from '../../src-main/workers/pool.js'
import { nodeTransport } from '../../src-main/workers/transport.js'
import type { JobEvent } from '../../src-main/core/job-events.js'
import type { JobContext } from '../../src-main/jobs/job.js'
import { openKeyStore } from '../../src-main/keys/key-store.js'
import { openStorage } from '../../src-main/storage/folders.js'

/** Draws a few stripes whose direction and colour depend on the class, with noise of the picture's own. */
export async function drawImage(path: string, kind: number, index: number, side = 40): Promise<void> {
  const random = keyedRandom('pictures', kind, index)
  const pixels = new Uint8Array(side * side * 3)
  const [shift, period] = [random.integer(side), 4 + random.integer(4)]
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) {
        const along = kind % 2 ? x : y
        const stripe = Math.floor((along + shift) / period) % 2 ? 90 : 160
        pixels[(y * side + x) * 3 + c] = stripe + (c === kind % 3 ? 50 : 0) + random.integer(30)
      }
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path)
}

/** @param counts pictures of each class, in a folder each; without names all lie in one folder. */
export async function drawCollection(folder: string, counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [kind, [name, count]] of Object.entries(counts).entries()) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let i = 0; i < count; i++) await drawImage(join(folder, name, `picture ${i}.png`), kind, i)
  }
}

/** Hash of every file below a folder, by its path. */
export function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    names
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )
}

export const QUICK: Settings = { ...DEFAULT_SETTINGS, resolution: 32, draws: 20, runs: 0, seed: 7 }

/** A scratch folder with everything that a job needs: real workers, a data folder, a record of the events. */
export class Bench {
  readonly root = mkdtempSync(join(tmpdir(), 'fixative-jobs-'))
  readonly input = join(this.root, 'in')
  readonly output = join(this.root, 'in-protected')
  readonly storage = openStorage(join(this.root, 'home'))
  readonly events: JobEvent[] = []
  readonly #pools: Pool[] = []

  context(workers = 2, more: Partial<JobContext> = {}): JobContext {
    const pool = createPool({
      transport: nodeTransport(programUrl('worker')),
      size: workers,
    })
    this.#pools.push(pool)
    return {
      pool,
      keys: openKeyStore(this.storage.keys),
      storage: this.storage,
      version: '0.0.0-test',
      onEvent: (event) => this.events.push(event),
      now: () => new Date('2026-01-01T00:00:00Z'),
      effort: { rounds: 1, warmUp: 0, fitSteps: 4, roundSteps: 2 },
      ...more,
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()))
    rmSync(this.root, { recursive: true, force: true })
  }
}
