/** Sets a fifth of each class aside, stratified and seeded: the certificate's test set, which nothing learns from. */
import type { NotCertifiedReason } from '../../core/certificate/sentences.js'
import { keyedRandom } from '../../core/random/random.js'
import type { Job } from '../job.js'
import type { Labelled, LabelledPicture } from './label.js'

/** What a certificate needs. */
const MIN_CLASSES = 2
const MIN_IMAGES = 8
const HELD_OUT = 0.2

export interface Split {
  readonly train: readonly LabelledPicture[]
  /** Empty when nothing will be certified. */
  readonly test: readonly LabelledPicture[]
  readonly notCertified: NotCertifiedReason | null
}

/** Why pictures with these labels cannot be certified; null: they can. */
export function notCertifiable(classes: number, labels: readonly number[]): NotCertifiedReason | null {
  if (classes < MIN_CLASSES) return 'one-class'
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label]!++
  return counts.some((count) => count < MIN_IMAGES) ? 'few-images' : null
}

/** How many of a class of `count` pictures are held out: 20 %, at least one, and never all. */
export function heldOut(count: number): number {
  return Math.min(count - 1, Math.max(1, Math.round(count * HELD_OUT)))
}

export function splitStage({ record }: Job, { classes, pictures }: Labelled): Split {
  const labels = pictures.map(({ label }) => label)
  const reason = record.settings.certify ? notCertifiable(classes.length, labels) : 'turned-off'
  const held = new Set<number>()
  if (reason === null) {
    classes.forEach((_, k) => {
      const members = pictures.filter(({ label }) => label === k)
      const order = keyedRandom(record.seed, 'split', k).permutation(members.length)
      for (const i of order.subarray(0, heldOut(members.length))) held.add(members[i]!.item)
    })
  }
  const train = pictures.filter(({ item }) => !held.has(item))
  const test = pictures.filter(({ item }) => held.has(item))
  return { train, test, notCertified: reason }
}
