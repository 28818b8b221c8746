/** What a certificate needs of a collection, and what of it is held out to test classifiers. */

export const MIN_CLASSES = 2
/** Images of a class. */
export const MIN_IMAGES = 8
const HELD_OUT = 0.2

/** Why a collection was protected but not certified. */
export const NOT_CERTIFIED = {
  'turned-off': 'Certification was turned off.',
  'one-class': 'A certificate needs at least two classes; this collection has one.',
  'few-images': `A certificate needs at least ${MIN_IMAGES} different pictures in each class; this collection has too few.`,
} as const
export type NotCertifiedReason = keyof typeof NOT_CERTIFIED

/** Why classes of these sizes cannot be certified; null: they can. */
export function notCertifiable(counts: readonly number[]): NotCertifiedReason | null {
  if (counts.length < MIN_CLASSES) return 'one-class'
  return counts.some((count) => count < MIN_IMAGES) ? 'few-images' : null
}

/** How many images each class has. @param labels 0 … classes − 1 */
export function countsOf(classes: number, labels: readonly number[]): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label]!++
  return counts
}

/** How many of `count` images are held out: 20 %, at least one, and never all; none of none. */
export function heldOut(count: number): number {
  return Math.max(0, Math.min(count - 1, Math.max(1, Math.round(count * HELD_OUT))))
}
