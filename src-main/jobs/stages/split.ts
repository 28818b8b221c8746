/** Sets a fifth of each class aside, stratified and seeded: the certificate's test set, which nothing learns from. */
import { type NotCertifiedReason, countsOf, heldOut, notCertifiable } from '../../core/certify/holdout.js'
import { keyedRandom } from '../../core/random/random.js'
import type { Job } from '../job.js'
import type { Labelled, LabelledImage } from './label.js'

export interface Split {
  readonly train: readonly LabelledImage[]
  /** Empty when nothing will be certified. */
  readonly test: readonly LabelledImage[]
  readonly notCertified: NotCertifiedReason | null
}

export function splitStage({ record }: Job, { classes, images }: Labelled): Split {
  const labels = images.map(({ label }) => label)
  const reason = record.settings.certify ? notCertifiable(countsOf(classes.length, labels)) : 'turned-off'
  const held = new Set<number>()
  if (reason === null) {
    classes.forEach((_, k) => {
      const members = images.filter(({ label }) => label === k)
      const order = keyedRandom(record.seed, 'split', k).permutation(members.length)
      for (const i of order.subarray(0, heldOut(members.length))) held.add(members[i]!.item)
    })
  }
  const train = images.filter(({ item }) => !held.has(item))
  const test = images.filter(({ item }) => held.has(item))
  return { train, test, notCertified: reason }
}
