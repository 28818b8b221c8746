/** The first version of the predicate: noise for each class, bounded by ε. It is read and checked, not written any more. */
import { z } from 'zod'
import {
  WORST_LISTED,
  countsFit,
  count,
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
} from './schema-parts.js'

export const PREDICATE_TYPE_V1 = 'urn:fixative:learnability:v1'

const qualitySchema = z.strictObject({
  maxAbsDiff: z.number().min(0).max(255),
  /** Of the pictures that changed; null: none did. */
  psnr: z.strictObject({ min: decibels, mean: decibels }).nullable(),
  ssim: z.strictObject({ min: share, mean: share }),
  /** Of each picture's mean colour difference. */
  deltaE: z.strictObject({ mean: deltaE, max: deltaE }),
  /** Largest deltaE first; psnr is null when nothing changed. */
  worst: list(z.strictObject({ name: relativePath, psnr: decibels.nullable(), ssim: share, deltaE }), {
    max: WORST_LISTED,
  }),
})

const predicateSchema = z
  .strictObject({
    ...frameFields,
    protection: z.strictObject({
      method: z.enum(['pue', 'pue-b', 'pue-grey', 'pue-eot', 'emn']),
      strength,
      /** 0–255. */
      epsilon: z.number().gt(0).max(255),
      masking: z.enum(['jnd', 'none']),
      resolution,
      quality: qualitySchema,
      /** Present when a least SSIM was asked for: what it took. */
      softening: z
        .strictObject({
          minSsim: share,
          /** Pictures that got less than all of their noise. */
          pictures: count,
          /** The smallest share of its noise that any of them got; 1: all got all. */
          leastShare: share,
        })
        .optional(),
    }),
    certification: z
      .strictObject(smoothingFields)
      .refine(countsFit, { message: 'the counts do not fit the number of draws and test images' })
      .nullable(),
  })
  .refine(eitherCertifiedOrWhyNot, { message: 'either certified, or a reason why not' })

export const statementSchemaV1 = statementOf(PREDICATE_TYPE_V1, predicateSchema)
export type StatementV1 = z.infer<typeof statementSchemaV1>

/** What only the first version says. */
export type Former = Pick<StatementV1['predicate']['protection'], 'epsilon' | 'masking' | 'softening'>
