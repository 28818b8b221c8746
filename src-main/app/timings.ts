/** How long jobs took on this machine, to say how long the next one will. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Job } from '../../src-shared/contract/index.js'
import type { Settings } from '../core/settings.js'
import { readJson, writeJson } from '../storage/json-file.js'
import { operations } from './workload.js'

/** Jobs that are remembered. */
const KEPT = 8
/** Share of a job's time that must have been watched for its figures to count. */
const WATCHED = 0.8

const entrySchema = z.strictObject({
  /** What computed; null: the processor. */
  device: z.string().nullable().default(null),
  /** Multiply-adds of the surrogates, and the seconds they took. */
  operations: z.number().gt(0),
  computeSeconds: z.number().gt(0),
  /** Megapixels that were read and written, and the seconds that took. */
  megapixels: z.number().gt(0),
  imageSeconds: z.number().gt(0),
})
type Entry = z.infer<typeof entrySchema>

export interface Size {
  readonly images: number
  readonly megapixels: number
}

export class Timings {
  readonly #sizes = new Map<string, Size>()

  private constructor(
    private readonly file: string,
    private entries: Entry[],
  ) {}

  static async open(folder: string): Promise<Timings> {
    const file = join(folder, 'timings.json')
    const stored = z.array(entrySchema).safeParse(await readJson(file))
    return new Timings(file, stored.data ?? [])
  }

  /** Says how large the collection of a job is, when it is queued. */
  expect(jobId: string, { images, megapixels }: Size): void {
    this.#sizes.set(jobId, { images, megapixels })
  }

  /** Notes a job that is done, if it did all its work in this session; what was resumed says nothing of the speed. */
  async add(job: Pick<Job, 'id' | 'settings' | 'stages' | 'result' | 'device'>): Promise<void> {
    const size = this.#sizes.get(job.id)
    this.#sizes.delete(job.id)
    const spent = (...names: string[]): number =>
      job.stages.reduce((sum, { stage, seconds }) => sum + (names.includes(stage) ? seconds : 0), 0)
    const all = spent(...job.stages.map(({ stage }) => stage))
    if (!size || !job.result || all < WATCHED * job.result.seconds) return
    const entry = entrySchema.safeParse({
      device: job.device,
      operations: operations(size.images, job.settings),
      computeSeconds: spent('learn', 'certify'),
      megapixels: size.megapixels,
      imageSeconds: spent('thumbnails', 'export'),
    })
    if (!entry.success) return
    this.entries = [entry.data, ...this.entries].slice(0, KEPT)
    await writeJson(this.file, this.entries)
  }

  /** Likely range in seconds from the fastest and the slowest remembered job on a device; null when there is none. */
  guess(size: Size, settings: Settings, device: string | null): { low: number; high: number } | null {
    const entries = this.entries.filter((entry) => entry.device === device)
    if (entries.length === 0) return null
    const work = operations(size.images, settings)
    const guesses = entries.map(
      (entry) =>
        (work / entry.operations) * entry.computeSeconds + (size.megapixels / entry.megapixels) * entry.imageSeconds,
    )
    return { low: 0.8 * Math.min(...guesses), high: 1.3 * Math.max(...guesses) }
  }
}
