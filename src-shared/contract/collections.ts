/** A folder that was opened: its pictures and classes, and what a job on it would be. */
import { z } from 'zod'
import { settingsSchema } from '../../src-main/core/settings.js'
import { count, id, path, problem, notice } from './pieces.js'

/** A folder that was looked at. Complete when `state` is 'ready'; until then the numbers grow. */
export const collectionSchema = z.strictObject({
  id,
  folder: z.string(),
  /** Last part of the folder, for titles. */
  name: z.string(),
  /** listing: walking the tree; reading: opening each picture; grouping: sorting a flat folder by look. */
  state: z.enum(['listing', 'reading', 'grouping', 'ready', 'failed']),
  progress: z.strictObject({ done: count, total: count }),
  /** Pictures that will be protected. */
  images: count,
  bytes: count,
  /** Of the pictures read so far. */
  megapixels: z.number(),
  labelSource: z.enum(['folders', 'auto', 'csv']),
  classes: z.array(
    z.strictObject({
      /** Position in this list; what `collection.relabel` and `collection.items` call the class. */
      index: count,
      name: z.string(),
      count,
      /** Image ids of up to four of its pictures. */
      samples: z.array(id),
    }),
  ),
  /** The first 500 files that are left out, with the reason; `problemCount` has them all. */
  problems: z.array(problem),
  problemCount: count,
  /** Pictures with the same bytes as another one. Only the first of them is protected. */
  duplicates: z.array(z.strictObject({ path: z.string(), sameAs: z.string() })),
  /** Certificate found in the folder: it holds protected pictures already. */
  protectedBy: z.string().nullable(),
  /** Why the collection cannot be certified (it is still protected), one sentence; null: it can. */
  notCertifiable: z.string().nullable(),
  /** Where the protected pictures will be written unless the user chooses otherwise. */
  output: z.string(),
  error: notice.nullable(),
})
export type Collection = z.infer<typeof collectionSchema>

const relabelling = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rename'), class: count, name: z.string().trim().min(1).max(200) }),
  /** All pictures of `class` go to `into`; `class` disappears. */
  z.strictObject({ kind: z.literal('merge'), class: count, into: count }),
  /** Item indices (of `collection.items`) go to the class of this name, which is made if it does not exist. */
  z.strictObject({
    kind: z.literal('move'),
    items: z.array(count).min(1).max(100_000),
    to: z.string().trim().min(1).max(200),
  }),
  /** Group by look again, into this many groups; null: as many as fit best. Undoes all edits. */
  z.strictObject({ kind: z.literal('regroup'), groups: z.int().min(2).max(100).nullable() }),
])

export interface CollectionItem {
  /** What `preview` and `collection.relabel` call the picture. */
  index: number
  /** Relative to the folder, with '/'. */
  path: string
  /** Index into `Collection.classes`; null before grouping. */
  class: number | null
  /** Pixels after orientation; null until it has been read. */
  width: number | null
  height: number | null
  bytes: number
  /** Small picture, longer side up to 256 px. Made when it is fetched. */
  image: string
}

export interface Estimate {
  /** Likely range of the running time on this machine; null: nothing has been measured here yet. */
  seconds: { low: number; high: number } | null
  /** Mean ꟻLIP to which each picture is brought. */
  visibility: number
  /** Largest radius the settings can certify: draws, q and confidence decide. 'none': too few draws for any. */
  certifies: 'yes' | 'part' | 'none' | 'off'
  /** Sentences the user should read before starting (too few draws, small classes, disk space …). */
  notes: { code: string; message: string; hint: string }[]
}

export interface Preview {
  before: string
  after: string
  /** The change, amplified by `amplification`, on mid-grey. */
  difference: string
  amplification: number
  /** Of the crop, in pixels of the picture, and where it lies. */
  width: number
  height: number
  x: number
  y: number
  imageWidth: number
  imageHeight: number
  /** Mean ꟻLIP of the whole picture. */
  flip: number
  /** The same in words, one sentence: "About as visible as JPEG at quality 68." */
  comparison: string
  /** Of the crop. Null: nothing changed. */
  psnr: number | null
  maxAbsDiff: number
  /** What this preview is and is not, one sentence to show under it. */
  note: string
}

export const collectionsRequests = {
  /** Starts looking at a folder and answers at once; `collection.changed` tells the rest. */
  'collection.inspect': z.strictObject({ folder: path, labels: settingsSchema.shape.labels }),
  'collection.get': z.strictObject({ id }),
  /** One page of pictures in display order, whole collection or one class. At most 500. */
  'collection.items': z.strictObject({
    id,
    offset: count,
    count: z.int().min(1).max(500),
    class: count.nullable().default(null),
  }),
  'collection.relabel': z.strictObject({ id, change: relabelling }),
  /** Forgets it and stops the work on it. */
  'collection.close': z.strictObject({ id }),
  estimate: z.strictObject({ collectionId: id, settings: settingsSchema }),
  /**
   * One picture before and after at 100 %, with a stand-in for the change. The crop is `width`×`height` pixels around (`centerX`, `centerY`), both
   * 0–1 of the picture, moved inside where it sticks out.
   */
  preview: z.strictObject({
    collectionId: id,
    /** Of an item. */
    index: count,
    visibility: settingsSchema.shape.visibility.unwrap().unwrap(),
    /** Only 'strong' changes light and dark too. */
    strength: settingsSchema.shape.strength.unwrap(),
    resolution: settingsSchema.shape.resolution,
    width: z.int().min(16).max(2048).default(640),
    height: z.int().min(16).max(2048).default(480),
    centerX: z.number().min(0).max(1).default(0.5),
    centerY: z.number().min(0).max(1).default(0.5),
  }),
}

export interface CollectionsOutputs {
  'collection.inspect': Collection
  'collection.get': Collection
  'collection.items': { total: number; items: CollectionItem[] }
  'collection.relabel': Collection
  'collection.close': null
  estimate: Estimate
  preview: Preview
}

export const collectionsEvents = {
  /** A collection is different now: more was read, or it was edited. */
  'collection.changed': collectionSchema,
}
