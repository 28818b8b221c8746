/** Gives every picture its class: by folder, by look, or by the user's own list. */
import { z } from 'zod'
import { type Labels, isFlat, labelByCsv, labelByFolders } from '../../images/labels.js'
import type { Job } from '../job.js'
import type { Skipped } from './scan.js'
import { ORIGINALS_FILE, type Image } from './thumbnails.js'

const LABELS_FILE = 'labels.json'

const labelsSchema = z.strictObject({
  source: z.enum(['folders', 'auto', 'csv']),
  classes: z.array(z.string()).min(1),
  /** Per picture: index of its class; −1: it has none. */
  labels: z.array(z.int().min(-1)),
})
type StoredLabels = z.infer<typeof labelsSchema>

/** Pictures with their classes, and those that have none. */
export interface Labelled {
  readonly source: StoredLabels['source']
  readonly classes: readonly string[]
  readonly images: readonly (Image & { readonly label: number })[]
  readonly skipped: readonly Skipped[]
}
export type LabelledImage = Labelled['images'][number]

/** @throws FixativeError as `labelByCsv`. */
export async function labelStage(job: Job, images: readonly Image[]): Promise<Labelled> {
  let stored = await job.folder.readJson(LABELS_FILE, labelsSchema)
  if (!stored || stored.labels.length !== images.length) {
    stored = await label(job, images)
    await job.folder.writeJson(LABELS_FILE, stored)
  }
  const { source, classes, labels } = stored
  const labelled = images.map((image, i) => ({ ...image, label: labels[i]! }))
  const without = labelled.filter(({ label }) => label < 0)
  return {
    source,
    classes,
    images: labelled.filter(({ label }) => label >= 0),
    skipped: without.map(({ path }) => ({ path, reason: 'The list of labels gives it no class.' })),
  }
}

async function label(job: Job, images: readonly Image[]): Promise<StoredLabels> {
  const { labels: wanted } = job.record.settings
  const stored = (source: StoredLabels['source'], { classes, labels }: Labels): StoredLabels => ({
    source,
    classes: [...classes],
    labels: [...labels],
  })
  if (typeof wanted === 'object') {
    const found = await labelByCsv(wanted.csv, images)
    const [first] = found.problems
    if (first) {
      const more = found.problems.length > 1 ? ` (and ${found.problems.length - 1} more)` : ''
      const message = `Line ${first.line} of the labels does not count: ${first.reason}${more}`
      job.warn('labels-incomplete', message, `Check "${wanted.csv}".`)
    }
    return stored('csv', found)
  }
  const byLook = wanted === 'auto' || (wanted === 'default' && isFlat(images))
  return byLook ? stored('auto', await group(job, images)) : stored('folders', labelByFolders(images))
}

/** Groups do not depend on the job's seed: they are no secret, and the same pictures should give the same groups. */
async function group(job: Job, images: readonly Image[]): Promise<Labels> {
  const thumbnails = { path: job.folder.file(ORIGINALS_FILE), resolution: job.record.settings.resolution }
  const items = Int32Array.from(images, ({ item }) => item)
  const looks = await job.run('looks', { thumbnails, items })
  return job.run('groups', { looks, groups: null, seed: 'look' })
}
