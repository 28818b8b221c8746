/** The rows of the stress test: what somebody may do to protected pictures so that a classifier learns from them. */

/** What is done to the whole file before it is made small. */
export type View = { readonly kind: 'grey' | 'half' } | { readonly kind: 'jpeg'; readonly quality: number }

/** What is done to the small pictures before training. */
export type Treatment = 'chroma-blur' | 'average' | 'small'

/** What is done to each batch. `epsilon` in 0–1 units. */
export type Variation =
  { readonly kind: 'mixup' | 'cutout' } | { readonly kind: 'adversarial'; readonly epsilon: number }

export interface StressRow {
  readonly id: string
  /** Follows "Someone who …". */
  readonly who: string
  readonly view?: View
  readonly treatment?: Treatment
  readonly variation?: Variation
  /** σ of the weight noise of every step. */
  readonly weightNoise?: number
  readonly vgg?: true
  /** Clean pictures are used after training: the head alone, or all weights within a ball. */
  readonly refit?: 'head' | 'ball'
  /** Nothing is trained: the first checkpoint of the plain run. */
  readonly early?: true
}

/** Clean pictures of each class that the head is refitted on. */
export const HEAD_IMAGES = 5

export const STRESS_ROWS: readonly StressRow[] = [
  { id: 'plain', who: 'trains a classifier on the pictures as they are' },
  { id: 'early', who: 'stops the training early', early: true },
  { id: 'grey', who: 'turns the pictures grey first', view: { kind: 'grey' } },
  { id: 'jpeg75', who: 'saves the pictures as JPEG of quality 75 first', view: { kind: 'jpeg', quality: 75 } },
  { id: 'jpeg50', who: 'saves the pictures as JPEG of quality 50 first', view: { kind: 'jpeg', quality: 50 } },
  { id: 'jpeg30', who: 'saves the pictures as JPEG of quality 30 first', view: { kind: 'jpeg', quality: 30 } },
  { id: 'half', who: 'shrinks the pictures to half their size and enlarges them again', view: { kind: 'half' } },
  { id: 'chroma', who: 'blurs the colours and keeps the brightness', treatment: 'chroma-blur' },
  { id: 'mixup', who: 'trains on blends of two pictures', variation: { kind: 'mixup' } },
  { id: 'cutout', who: 'covers a part of each picture in training', variation: { kind: 'cutout' } },
  {
    id: 'adversarial',
    who: 'trains the classifier to ignore small changes',
    variation: { kind: 'adversarial', epsilon: 2 / 255 },
  },
  { id: 'noise001', who: 'shakes the weights a little in training', weightNoise: 0.01 },
  { id: 'noise005', who: 'shakes the weights strongly in training', weightNoise: 0.05 },
  { id: 'average', who: 'subtracts what all pictures of a class have in common', treatment: 'average' },
  { id: 'head', who: `has ${HEAD_IMAGES} clean pictures of each class to correct the last layer`, refit: 'head' },
  { id: 'net', who: 'uses another kind of classifier', vgg: true },
  { id: 'size', who: 'trains on pictures of half the size', treatment: 'small' },
  { id: 'recovery', who: 'has clean pictures, and moves the weights a little to undo the noise', refit: 'ball' },
]

/** Accuracies 0–1, each the peak over the checkpoints. */
export interface StressResult {
  readonly id: string
  readonly protected: number
  readonly originals: number
  /** What guessing gives. */
  readonly chance: number
}

/**
 * Share of what can be learnt from the originals that is learnt from the protected pictures, at least 0 and not bounded
 * above; null: not even the originals teach more than guessing.
 */
export function resistanceOf({ protected: learnt, originals, chance }: StressResult): number | null {
  return originals > chance ? Math.max(0, (learnt - chance) / (originals - chance)) : null
}

/** Worst first; what says nothing last. */
export function worstFirst(results: readonly StressResult[]): StressResult[] {
  const rank = (result: StressResult): number => resistanceOf(result) ?? -1
  return results.toSorted((a, b) => rank(b) - rank(a) || b.protected - a.protected)
}

/** @throws RangeError for an id that is no row's. */
export function rowOf(id: string): StressRow {
  const row = STRESS_ROWS.find((row) => row.id === id)
  if (!row) throw new RangeError(`there is no row "${id}"`)
  return row
}

/** One sentence for anybody. */
export function sentenceOf(result: StressResult): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`
  const { who } = rowOf(result.id)
  return `Someone who ${who} recognises ${percent(result.protected)} of yours, of ${percent(result.originals)} with the originals.`
}

/** Titles of the table of results: the sentence, then the figures. */
export const STRESS_COLUMNS = ['What somebody may do', 'Protected', 'Originals', 'Guessing', 'R'] as const

/** The figures of a row of that table, 0–1; null: there is nothing to resist. */
export function figuresOf(result: StressResult): readonly (number | null)[] {
  return [result.protected, result.originals, result.chance, resistanceOf(result)]
}

/** How a row comes about. */
export function methodSentence(steps: number): string {
  return `Each row trains one classifier on the protected files and one on the originals, ${steps} steps each, and tests both on held-out originals that were changed in the same way; the best score on the way counts.`
}

export const RESISTANCE =
  'R is the share of what the originals teach that the protected files teach as well: at 0 % no more than guessing, at 100 % as if nothing were protected.'
export const NOT_SIGNED =
  'The stress test was made after the certificate was signed and is no part of it: it proves nothing, and nobody else can check it.'
