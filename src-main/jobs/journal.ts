/**
 * What a job has finished, so that a killed one goes on from its last finished stage or file (rounds, steps and draws have checkpoints of their own).
 *
 * Two files: `job.json`, what was asked for, written once; and `journal.jsonl`, one line a finished piece of work, only
 * ever appended to. A line counts when it is whole: a crash can cut the last one off, and the work in it is done again.
 */
import { ENGINES } from '../core/engine-names.js'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { channelSchema } from '../core/channels.js'
import { FixativeError } from '../core/errors.js'
import { settingsSchema } from '../core/settings.js'
import { STAGES, type Stage } from '../core/job-events.js'
import type { ItemFile } from '../storage/item-file.js'
import { diskError, type JobFolder, syncFolder } from '../storage/folders.js'

const JOB_FILE = 'job.json'
const JOURNAL_FILE = 'journal.jsonl'

const recordSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  /** Version of Fixative that started the job. */
  tool: z.string(),
  createdAt: z.iso.datetime(),
  /** Absolute paths, symbolic links resolved. */
  input: z.string().min(1),
  output: z.string().min(1),
  /** Where the disk of the output was mounted: without it, the same path is a folder of another disk. */
  mount: z.string().nullable().default(null),
  settings: settingsSchema,
  /** What the channel of the settings was when the job was started: its file may be edited meanwhile. */
  channel: channelSchema.nullable().default(null),
  /** Files that are protected already are protected once more. */
  again: z.boolean().default(false),
  /** Key of every random choice of the job: the number given by the user, or 256 random bits in hex. */
  seed: z.string().min(1),
})
export type JobRecord = z.infer<typeof recordSchema>

const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** ꟻLIP that it may have. */
const flipSchema = z.strictObject({ mean: z.number().min(0), worst: z.number().min(0) })

/** A picture as it was read: its facts, or why it is left out. */
const imageSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), width: count, height: count, sha256, most: flipSchema }),
  z.strictObject({ ok: z.literal(false), reason: z.string() }),
])
export type ImageFacts = z.infer<typeof imageSchema>

/** A written file as it was measured, or why there is none. */
const exportedSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    sha256,
    bytes: count,
    lossless: z.boolean(),
    maxAbsDiff: z.number().min(0),
    psnr: z.number().nullable(),
    ssim: z.number(),
    deltaE: z.number().min(0),
    /** Mean ꟻLIP, 0–1. */
    flip: z.number().min(0).max(1),
  }),
  z.strictObject({ ok: z.literal(false), reason: z.string() }),
])
export type ExportedFacts = z.infer<typeof exportedSchema>

const entrySchema = z.discriminatedUnion('kind', [
  /** A stage is finished; it took so many seconds in the session that finished it. */
  z.strictObject({ kind: z.literal('stage'), stage: z.enum(STAGES), seconds: z.number().min(0) }),
  /** Pictures first, first + 1, … of the scan were read, their thumbnails stored. */
  z.strictObject({ kind: z.literal('read'), first: count, items: z.array(imageSchema) }),
  z.strictObject({ kind: z.literal('exported'), index: count, result: exportedSchema }),
  /** What computes from here on; `reason` where it takes the place of a device that failed. */
  z.strictObject({
    kind: z.literal('device'),
    engine: z.enum(ENGINES),
    name: z.string(),
    reason: z.string().optional(),
  }),
])
export type JournalEntry = z.infer<typeof entrySchema>

/** All that the journal says. */
export interface Progress {
  readonly stages: ReadonlySet<Stage>
  readonly seconds: number
  /** By index of the scan. */
  readonly read: ReadonlyMap<number, ImageFacts>
  readonly exported: ReadonlyMap<number, ExportedFacts>
  /** Names of the devices that took part; empty: the processor alone. */
  readonly devices: ReadonlySet<string>
}

class MutableProgress implements Progress {
  readonly stages = new Set<Stage>()
  seconds = 0
  readonly read = new Map<number, ImageFacts>()
  readonly exported = new Map<number, ExportedFacts>()
  readonly devices = new Set<string>()

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'stage':
        this.stages.add(entry.stage)
        this.seconds += entry.seconds
        break
      case 'read':
        entry.items.forEach((item, i) => this.read.set(entry.first + i, item))
        break
      case 'exported':
        this.exported.set(entry.index, entry.result)
        break
      case 'device':
        if (entry.engine !== 'cpu') this.devices.add(entry.name)
    }
  }
}

export interface Journal {
  readonly progress: Progress
  /**
   * Resolves when the entry is on disk, after what `file` has been given is. Entries that come while the disk is busy
   * are written together.
   */
  append(entry: JournalEntry, ...files: ItemFile[]): Promise<void>
  close(): Promise<void>
}

/** Writes what was asked for, before any work. */
export async function createRecord(folder: JobFolder, record: Omit<JobRecord, 'version'>): Promise<JobRecord> {
  await folder.create()
  const whole: JobRecord = { version: 1, ...record }
  await folder.writeJson(JOB_FILE, whole)
  return whole
}

/** Null: there is no such job. @throws FixativeError `job-damaged` when it cannot be understood. */
export function readRecord(folder: JobFolder): Promise<JobRecord | null> {
  return folder.readJson(JOB_FILE, recordSchema)
}

/** @throws FixativeError `job-damaged` when a line that is not the last one does not fit. */
export async function readProgress(folder: JobFolder): Promise<Progress> {
  return (await load(folder)).progress
}

/** Opens the journal of a job to go on with it; what a crash left of a last line is cut off. */
export async function openJournal(folder: JobFolder): Promise<Journal> {
  const { progress, bytes } = await load(folder)
  const path = folder.file(JOURNAL_FILE)
  const file = await open(path, 'a', 0o600)
  await file.truncate(bytes)
  await syncFolder(folder.path)
  return new FileJournal(file, path, progress, bytes)
}

async function load(folder: JobFolder): Promise<{ progress: MutableProgress; bytes: number }> {
  const path = folder.file(JOURNAL_FILE)
  const progress = new MutableProgress()
  let content: Buffer
  try {
    content = await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { progress, bytes: 0 }
    throw error
  }
  const bytes = content.lastIndexOf(0x0a) + 1
  const lines = content.toString('utf8', 0, bytes).split('\n').slice(0, -1)
  for (const [number, line] of lines.entries()) {
    try {
      progress.apply(entrySchema.parse(JSON.parse(line)))
    } catch (cause) {
      const message = `The journal of the job is damaged: line ${number + 1} of "${path}".`
      throw new FixativeError('job-damaged', message, 'Start the job anew.', { cause })
    }
  }
  return { progress, bytes }
}

interface Pending {
  readonly entry: JournalEntry
  readonly files: readonly ItemFile[]
  resolve(): void
  reject(error: unknown): void
}

class FileJournal implements Journal {
  readonly #pending: Pending[] = []
  #writing: Promise<void> | undefined

  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    readonly progress: MutableProgress,
    private length: number,
  ) {}

  append(entry: JournalEntry, ...files: ItemFile[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ entry, files, resolve, reject })
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.file.close()
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0)
      try {
        for (const file of new Set(batch.flatMap(({ files }) => files))) await file.sync()
        const lines = Buffer.from(batch.map(({ entry }) => `${JSON.stringify(entry)}\n`).join(''))
        await this.file.appendFile(lines)
        await this.file.datasync()
        this.length += lines.length
        for (const { entry, resolve } of batch) {
          this.progress.apply(entry)
          resolve()
        }
      } catch (error) {
        // Half a line must not stay in front of the next one.
        await this.file.truncate(this.length).catch(() => undefined)
        const told = diskError(this.path, error)
        for (const { reject } of batch) reject(told)
      }
    }
  }
}
