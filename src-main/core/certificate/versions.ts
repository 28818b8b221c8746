/** Reads a statement of any version into the one model. */
import { z } from 'zod'
import { PREDICATE_TYPE, type Statement, statementSchema } from './schema.js'
import { type StatementV1, statementSchemaV1 } from './schema-v1.js'

export const anyStatementSchema = z
  .discriminatedUnion('predicateType', [statementSchema, statementSchemaV1])
  .transform((statement): Statement => (statement.predicateType === PREDICATE_TYPE ? statement : fromV1(statement)))

/** The same statement in the form of the present version, with null where the first one says nothing. */
export function fromV1({ predicate, ...frame }: StatementV1): Statement {
  const { protection, certification } = predicate
  const { method, strength, resolution, quality, ...former } = protection
  const { maxAbsDiff, worst, ...measures } = quality
  return {
    ...frame,
    predicate: {
      ...predicate,
      protection: {
        method,
        strength,
        visibility: null,
        resolution,
        largestChange: maxAbsDiff,
        quality: { flip: null, ...measures, worst: worst.map((picture) => ({ ...picture, flip: null })) },
        former,
      },
      certification: certification && { ...certification, runs: null },
    },
  }
}
