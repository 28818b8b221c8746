/** The queue on disk: one small file a job, so that a crash or a closed app loses none. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { jobSchema } from '../../../src-shared/contract/index.js'
import { readJson, writeJson } from '../../storage/json-file.js'

const entrySchema = z.strictObject({
  version: z.literal(1),
  /** Smaller goes first. */
  order: z.number(),
  job: jobSchema,
})
export type QueueEntry = Omit<z.infer<typeof entrySchema>, 'version'>

export interface QueueJournal {
  /** All jobs, in their order. Files that are no such entry are left alone. */
  load(): Promise<QueueEntry[]>
  /** Resolves when it is on disk; writes for one job happen one after the other. */
  save(entry: QueueEntry): Promise<void>
  remove(id: string): Promise<void>
}

export function openQueueJournal(folder: string): QueueJournal {
  const last = new Map<string, Promise<void>>()
  const inOrder = (id: string, work: () => Promise<void>): Promise<void> => {
    const next = (last.get(id) ?? Promise.resolve()).catch(() => undefined).then(work)
    last.set(id, next)
    return next
  }
  const fileOf = (id: string): string => join(folder, `${id}.json`)
  return {
    load: async () => {
      const names = await readdir(folder).catch(() => [])
      const entries = await Promise.all(
        names
          .filter((name) => name.endsWith('.json'))
          .map(async (name) => entrySchema.safeParse(await readJson(join(folder, name)))),
      )
      return entries.flatMap((entry) => (entry.success ? [entry.data] : [])).sort((a, b) => a.order - b.order)
    },
    save: (entry) => inOrder(entry.job.id, () => writeJson(fileOf(entry.job.id), { version: 1, ...entry })),
    remove: (id) =>
      inOrder(id, async () => {
        await rm(fileOf(id), { force: true })
        last.delete(id)
      }),
  }
}
