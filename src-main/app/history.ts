import { VERDICTS } from '../core/verdict.js'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { HistoryEntry, Job } from '../../src-shared/contract/index.js'
import { readJson, writeJson } from '../storage/json-file.js'

const MOST_ENTRIES = 2_000

const entrySchema = z.strictObject({
  jobId: z.string(),
  name: z.string(),
  folder: z.string(),
  output: z.string(),
  certificate: z.string(),
  finishedAt: z.string(),
  images: z.number(),
  headline: z.string(),
  verdict: z.enum(VERDICTS).nullable(),
})
type Entry = z.infer<typeof entrySchema>

/** The certificates that were made on this computer; outlives the jobs, which the user may remove. */
export class History {
  #entries: Entry[]
  #written: Promise<void> = Promise.resolve()

  private constructor(
    private readonly file: string,
    entries: Entry[],
  ) {
    this.#entries = entries
  }

  /** Opens `<folder>/history.json`; entries that are none are left out. */
  static async open(folder: string): Promise<History> {
    const file = join(folder, 'history.json')
    const stored = z.array(z.unknown()).safeParse(await readJson(file))
    const entries = (stored.data ?? []).flatMap((entry) => {
      const parsed = entrySchema.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    })
    return new History(file, entries)
  }

  /** Notes a job that is done; again for the same job replaces its entry. */
  async add(job: Pick<Job, 'id' | 'folder'>, result: NonNullable<Job['result']>): Promise<void> {
    const entry: Entry = {
      jobId: job.id,
      name: basename(job.folder) || job.folder,
      folder: job.folder,
      output: result.output,
      certificate: result.certificate,
      finishedAt: new Date().toISOString(),
      images: result.images,
      headline: result.headline,
      verdict: result.verdict,
    }
    this.#entries = [entry, ...this.#entries.filter(({ jobId }) => jobId !== job.id)].slice(0, MOST_ENTRIES)
    this.#written = this.#written.catch(() => undefined).then(() => writeJson(this.file, this.#entries))
    await this.#written
  }

  /** Newest first. */
  async list(): Promise<HistoryEntry[]> {
    return Promise.all(
      this.#entries.map(async (entry) => ({
        ...entry,
        missing: await stat(entry.certificate).then(
          () => false,
          () => true,
        ),
      })),
    )
  }

  find(by: { jobId: string } | { certificate: string }): Entry | null {
    const found = this.#entries.find((entry) =>
      'jobId' in by ? entry.jobId === by.jobId : entry.certificate === by.certificate,
    )
    return found ?? null
  }

  /** Whether a path is an output folder, certificate or report that this app has written. */
  knows(path: string): boolean {
    return this.#entries.some(({ output, certificate }) => path === output || path === certificate)
  }
}
