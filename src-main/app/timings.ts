/** How long jobs took on this machine, to say how long the next one will. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Job } from '../contract.js'
import { FIT_BATCH, FIT_STEPS, LEARN_BATCH, roundBudget, STEPS_PER_ROUND } from '../core/protect/schedule.js'
import type { Settings } from '../core/settings.js'
import { ARCHITECTURES, convolutions, network } from '../core/surrogate/architecture.js'
import { readJson, writeJson } from './files.js'

/** Jobs that are remembered. */
const KEPT = 8
/** Training is a forward and a backward pass, which costs about two forward passes. */
const TRAIN_PASSES = 3
const HELD_OUT = 0.2
/** Share of a job's time that must have been watched for its figures to count. */
const WATCHED = 0.8
const SURROGATES = 2

const entrySchema = z.strictObject({
  /** Multiply-adds of the surrogates, and the seconds they took. */
  operations: z.number().gt(0),
  computeSeconds: z.number().gt(0),
  /** Megapixels that were read and written, and the seconds that took. */
  megapixels: z.number().gt(0),
  pictureSeconds: z.number().gt(0),
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
  async add(job: Pick<Job, 'id' | 'settings' | 'stages' | 'result'>): Promise<void> {
    const size = this.#sizes.get(job.id)
    this.#sizes.delete(job.id)
    const spent = (...names: string[]): number =>
      job.stages.reduce((sum, { stage, seconds }) => sum + (names.includes(stage) ? seconds : 0), 0)
    const all = spent(...job.stages.map(({ stage }) => stage))
    if (!size || !job.result || all < WATCHED * job.result.seconds) return
    const entry = entrySchema.safeParse({
      operations: operations(size.images, job.settings),
      computeSeconds: spent('learn', 'certify'),
      megapixels: size.megapixels,
      pictureSeconds: spent('thumbnails', 'export'),
    })
    if (!entry.success) return
    this.entries = [entry.data, ...this.entries].slice(0, KEPT)
    await writeJson(this.file, this.entries)
  }

  /** Likely range in seconds from the fastest and the slowest remembered job; null when there is none. */
  guess(size: Size, settings: Settings): { low: number; high: number } | null {
    if (this.entries.length === 0) return null
    const work = operations(size.images, settings)
    const guesses = this.entries.map(
      (entry) =>
        (work / entry.operations) * entry.computeSeconds + (size.megapixels / entry.megapixels) * entry.pictureSeconds,
    )
    return { low: 0.8 * Math.min(...guesses), high: 1.3 * Math.max(...guesses) }
  }
}

/** Multiply-adds of a whole job: learning, and for a certificate two surrogates with their draws. */
function operations(images: number, settings: Settings): number {
  const held = Math.round(images * HELD_OUT)
  const train = images - held
  const rounds = roundBudget(train)
  const learn = rounds * (STEPS_PER_ROUND * LEARN_BATCH + train) * TRAIN_PASSES
  const certify = SURROGATES * (FIT_STEPS * FIT_BATCH * TRAIN_PASSES + settings.draws * held)
  return forwardOperations(settings) * (learn + (settings.certify ? certify : 0))
}

/** Multiply-adds of one forward pass of one picture. */
function forwardOperations({ surrogate, resolution }: Settings): number {
  const net = network(ARCHITECTURES[surrogate])
  let sum = 0
  let side: number = resolution
  for (const conv of convolutions(net)) {
    // A projection runs beside its block's first convolution, which has shrunk the side already.
    if (!conv.name.endsWith('projection')) side = Math.ceil(side / conv.stride)
    sum += side * side * conv.outChannels * conv.inChannels * conv.kernel ** 2
  }
  return sum
}
