/** Puts a statement together: the in-toto frame around Fixative's predicate. */
import { type NewPredicate, type NewStatement, PREDICATE_TYPE, STATEMENT_TYPE, statementSchema } from './schema.js'

/** An exported file: its path below the output folder, with '/', and the SHA-256 of its bytes in hex. */
export interface Subject {
  readonly path: string
  readonly sha256: string
}

/**
 * Files are listed in the order of their paths, so that the same job gives the same bytes.
 * @throws ZodError when a part does not fit the format: a defect, because all parts are Fixative's own.
 */
export function buildStatement(subjects: readonly Subject[], predicate: NewPredicate): NewStatement {
  const sorted = [...subjects].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return statementSchema.parse({
    _type: STATEMENT_TYPE,
    subject: sorted.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate,
  })
}
