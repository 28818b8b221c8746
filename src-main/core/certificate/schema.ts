/**
 * The certificate's format: an in-toto Statement v1 whose predicate is Fixative's, in its second version. This file is
 * its one definition; docs/certificate.md explains it. Certificates of the first version (schema-v1.ts) are read into
 * the same model (versions.ts).
 */
import { z } from 'zod'
import { METHODS } from '../settings.js'
import {
  WORST_LISTED,
  count,
  countsFit,
  decibels,
  deltaE,
  eitherCertifiedOrWhyNot,
  frameFields,
  list,
  relativePath,
  resolution,
  share,
  smoothingFields,
  statementOf,
  strength,
  text,
} from './schema-parts.js'
import type { Former } from './schema-v1.js'

export { DEFINITION, STATEMENT_TYPE, WORST_LISTED, canBeListed, type CurvePoint } from './schema-parts.js'

export const PREDICATE_TYPE = 'urn:fixative:learnability:v2'

const worstImage = z.strictObject({
  name: relativePath,
  flip: share,
  ssim: share,
  deltaE,
  /** Null: nothing changed. */
  psnr: decibels.nullable(),
})

/** Of the written files against their originals. */
const qualitySchema = z.strictObject({
  /** Of each picture's mean ꟻLIP at 67 pixels a degree. */
  flip: z.strictObject({ mean: share, max: share }),
  ssim: z.strictObject({ min: share, mean: share }),
  /** Of the pictures that changed; null: none did. */
  psnr: z.strictObject({ min: decibels, mean: decibels }).nullable(),
  /** Of each picture's mean colour difference. */
  deltaE: z.strictObject({ mean: deltaE, max: deltaE }),
  /** Largest ꟻLIP first. */
  worst: list(worstImage, { max: WORST_LISTED }),
})

const MAX_RUNS = 1_000
const attackers = list(
  z.strictObject({
    /** Index in `recipes`. */
    recipe: count,
    /** At each checkpoint, how many of the held-out originals it classifies right. Its peak is the largest. */
    correct: list(count, { min: 1, max: 10_000 }),
  }),
  { min: 1, max: MAX_RUNS },
)

/** Classifiers trained from scratch, independently of each other, and what they recognise. */
const runsSchema = z.strictObject({
  /** Share of such classifiers that the bounds speak of. */
  quantile: z.number().gt(0).lt(1),
  /** Probability with which each of the two bounds holds. */
  confidence: z.number().gt(0.5).lt(1),
  /** Steps of a training, and how many of them lie between two checkpoints. */
  steps: z.int().min(1).max(1_000_000),
  checkpointEvery: z.int().min(1).max(1_000_000),
  batchSize: z.int().min(1).max(100_000),
  /** How they are trained, in words. */
  training: text(500),
  /** Each attacker has one of these, drawn by lot. */
  recipes: list(z.strictObject({ architecture: text(100), resolution, parameters: z.int().min(1).max(1e9) }), {
    min: 1,
    max: 100,
  }),
  protected: attackers,
  control: attackers,
  protectedAtMost: share.nullable(),
  controlAtLeast: share.nullable(),
})

const certificationSchema = z
  .strictObject({ ...smoothingFields, runs: runsSchema.nullable() })
  .refine(countsFit, { message: 'the counts do not fit the number of draws and test images' })
  .refine(({ testImages, runs }) => runs === null || runsFit(runs, testImages), {
    message: 'the counts of the runs do not fit their recipes, checkpoints and test images',
  })

function runsFit(runs: z.infer<typeof runsSchema>, testImages: number): boolean {
  const checkpoints = Math.ceil(runs.steps / runs.checkpointEvery)
  return [...runs.protected, ...runs.control].every(
    ({ recipe, correct }) =>
      recipe < runs.recipes.length && correct.length === checkpoints && correct.every((value) => value <= testImages),
  )
}

const predicateSchema = z
  .strictObject({
    ...frameFields,
    protection: z.strictObject({
      method: z.enum(METHODS),
      strength,
      /** Mean ꟻLIP that was wanted; pictures that hide less of a change were brought to less. */
      visibility: share,
      /** Side S of what the noise and the surrogate see. */
      resolution,
      /** Largest change of a colour or alpha value in any file, 0–255. */
      largestChange: z.number().min(0).max(255),
      quality: qualitySchema,
    }),
    certification: certificationSchema.nullable(),
  })
  .refine(eitherCertifiedOrWhyNot, { message: 'either certified, or a reason why not' })

export const statementSchema = statementOf(PREDICATE_TYPE, predicateSchema)

/** A statement as it is written now. */
export type NewStatement = z.infer<typeof statementSchema>
export type NewPredicate = NewStatement['predicate']
type NewProtection = NewPredicate['protection']

/** A statement of any version. What its version does not say is null. */
export type Statement = Omit<NewStatement, 'predicateType' | 'predicate'> & {
  predicateType: string
  predicate: Predicate
}
export type Predicate = Omit<NewPredicate, 'protection'> & { protection: Protection }
export type Protection = Omit<NewProtection, 'method' | 'visibility' | 'quality'> & {
  method: string
  visibility: number | null
  quality: Omit<NewProtection['quality'], 'flip' | 'worst'> & {
    flip: NewProtection['quality']['flip'] | null
    worst: (Omit<z.infer<typeof worstImage>, 'flip'> & { flip: number | null })[]
  }
  /** What only the first version says. */
  former?: Former
}
export type Quality = NewProtection['quality']
export type Certification = NonNullable<NewPredicate['certification']>
export type Runs = NonNullable<Certification['runs']>
