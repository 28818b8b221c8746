/**
 * What all versions of the certificate's format have in common. Every length and number is limited, because certificates
 * come from strangers.
 */
import { VERDICTS } from '../verdict.js'
import { z } from 'zod'
import { channelSchema } from '../channels.js'
import { publicKeyPem } from './encoding.js'
import { noticeEnvelopeSchema } from './notices.js'

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const DEFINITION = '(q,eta)-learnability, quantile parametric smoothing'

const MAX_FILES = 200_000
const MAX_DRAWS = 100_000
export const WORST_LISTED = 10

export const text = (max = 1_000) => z.string().max(max)
export const count = z.int().min(0).max(10_000_000)
export const share = z.number().min(0).max(1)
export const decibels = z.number().min(0).max(1_000)
/** CIEDE2000: 100 between black and white, and little more between any two colours. */
export const deltaE = z.number().min(0).max(200)
export const resolution = z.int().min(8).max(1_024)
export const strength = z.enum(['subtle', 'balanced', 'strong', 'custom'])
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * Whether a path can stand in a certificate: relative, with '/', and unable to leave its folder on any system, also
 * where '\\' separates folders or 'a:' names a drive.
 */
export function canBeListed(path: string): boolean {
  if (path.length > 4_096 || path.includes('\0') || /^[A-Za-z]:/.test(path)) return false
  return path.split(/[/\\]/).every((part) => part !== '' && part !== '.' && part !== '..')
}
export const relativePath = z.string().refine(canBeListed, { message: 'not a path inside the folder' })

/**
 * An array whose length is checked before its elements are: a stranger's file can hold millions of wrong ones, and an
 * error for each would exhaust the memory.
 */
export const list = <T extends z.ZodType>(item: T, { min = 0, max }: { min?: number; max: number }) =>
  z.array(z.unknown()).min(min).max(max).pipe(z.array(item))

const point = z.strictObject({
  /** Radius of the parameter shift, in units of σ and in the parameters' own. */
  etaOverSigma: z.number().min(0).max(10),
  eta: z.number().min(0).max(100),
  /** Φ(Φ⁻¹(q) + η/σ). */
  qBar: share,
  /** The order statistic that is the bound; null: abstained. */
  k: z.int().min(1).max(MAX_DRAWS).nullable(),
  /** Upper bound of the accuracy, 0–1; null: abstained. */
  bound: share.nullable(),
})
export type CurvePoint = z.infer<typeof point>

const measured = z.strictObject({
  /** Share of its own training pictures that the surrogate classifies right, without weight noise. */
  trainAccuracy: share,
  /** The same for the held-out originals. */
  cleanAccuracy: share,
  /** For each draw, how many of the held-out originals the perturbed surrogate classifies right. */
  correct: list(count, { min: 1, max: MAX_DRAWS }),
  curve: list(point, { min: 1, max: 32 }),
})

export const smoothingFields = {
  definition: z.literal(DEFINITION),
  surrogate: z.strictObject({
    architecture: text(100),
    parameters: z.int().min(1).max(1e9),
    normalisation: text(300),
  }),
  smoothing: z.strictObject({ kind: z.enum(['isotropic', 'layer-scaled']), sigma: z.number().gt(0).max(100) }),
  q: z.number().gt(0).lt(1),
  draws: z.int().min(1).max(MAX_DRAWS),
  confidence: z.number().gt(0.5).lt(1),
  trainImages: count,
  testImages: z.int().min(1).max(10_000_000),
  chance: share,
  protected: measured,
  control: measured,
  headline: z.strictObject({
    etaOverSigma: z.number().min(0).max(10),
    protectedAtMost: share.nullable(),
    controlAtLeast: share.nullable(),
  }),
  verdict: z.enum(VERDICTS),
}

type Smoothing = Pick<z.infer<z.ZodObject<typeof smoothingFields>>, 'draws' | 'testImages' | 'protected' | 'control'>
export const countsFit = ({ draws, testImages, ...rest }: Smoothing): boolean =>
  [rest.protected, rest.control].every(
    ({ correct }) => correct.length === draws && correct.every((value) => value <= testImages),
  )

export const frameFields = {
  tool: z.strictObject({ name: text(100), version: text(100) }),
  issuedAt: z.iso.datetime(),
  issuer: z.strictObject({
    name: text(200).optional(),
    publicKey: publicKeyPem,
    /** Notices by which the issuer's earlier keys name this one as their successor. */
    continuity: list(noticeEnvelopeSchema, { min: 1, max: 50 }).optional(),
  }),
  collection: z.strictObject({
    /** Pictures that were protected: as many as `subject` lists. */
    images: count,
    classes: list(z.strictObject({ name: text(500), count }), { max: 10_000 }),
    labelSource: z.enum(['folders', 'auto', 'csv']),
    skipped: list(z.strictObject({ path: text(4_096), reason: text(1_000) }), { max: MAX_FILES }),
  }),
  /** What the pictures were made ready for; what was certified is then what that place serves. */
  channel: channelSchema.optional(),
  /** Why nothing was certified; present exactly when `certification` is null. */
  certificationSkipped: z.strictObject({ reason: text(2_000) }).optional(),
  limits: list(text(2_000), { max: 50 }),
  private: z.strictObject({ sha256 }),
}

export const eitherCertifiedOrWhyNot = (predicate: {
  certification: unknown
  certificationSkipped?: unknown
}): boolean => (predicate.certification === null) === (predicate.certificationSkipped !== undefined)

interface Listed {
  predicate: { protection: { quality: { worst: { name: string }[] } } }
}

/** The in-toto frame around a predicate. */
export const statementOf = <T extends string, P extends z.ZodType<Listed['predicate']>>(type: T, predicate: P) =>
  z
    .strictObject({
      _type: z.literal(STATEMENT_TYPE),
      subject: list(z.strictObject({ name: relativePath, digest: z.strictObject({ sha256 }) }), {
        min: 1,
        max: MAX_FILES,
      }),
      predicateType: z.literal(type),
      predicate,
    })
    .refine(({ subject }) => new Set(subject.map(({ name }) => name)).size === subject.length, {
      message: 'a file is listed twice',
    })
    .refine(
      (statement) => {
        const names = new Set(statement.subject.map(({ name }) => name))
        const { predicate } = statement as unknown as Listed
        return predicate.protection.quality.worst.every(({ name }) => names.delete(name))
      },
      { message: 'a worst picture is not one of the files, or listed twice' },
    )
