/** DSSE v1 envelopes (github.com/secure-systems-lab/dsse) signed with Ed25519: the bytes that are signed are kept. */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { FixativeError } from '../errors.js'
import { base64, canonicalJson, keyId, preAuthentication, publicKeyOf } from './encoding.js'
import { openNotice, type Succession } from './notices.js'
import type { Statement } from './schema.js'
import type { StatementV1 } from './schema-v1.js'
import { anyStatementSchema } from './versions.js'

export { keyId, preAuthentication, publicKeyOf } from './encoding.js'

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
/** Largest envelope that is read, in bytes; 100,000 files and 100,000 draws stay below it. */
export const MAX_ENVELOPE = 64 * 1024 * 1024

const envelopeSchema = z.strictObject({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: base64,
  signatures: z
    .array(z.unknown())
    .min(1)
    .max(10)
    .pipe(
      z.array(
        z.strictObject({
          keyid: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
          sig: base64,
        }),
      ),
    ),
})
export type Envelope = z.infer<typeof envelopeSchema>

const invalid = (what: string, cause?: unknown) =>
  new FixativeError(
    'certificate-invalid',
    `This is not a Fixative certificate: ${what}.`,
    'Get the file again from whoever made it.',
    { cause },
  )

/** Signs a statement with an Ed25519 private key (PKCS#8 PEM) and returns the envelope as JSON text. */
export function signStatement(statement: Statement | StatementV1, privateKeyPem: string): string {
  const key = createPrivateKey(privateKeyPem)
  const payload = Buffer.from(JSON.stringify(statement))
  const publicPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  const envelope: Envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: keyId(publicPem), sig: sign(null, preAuthentication(PAYLOAD_TYPE, payload), key).toString('base64') },
    ],
  }
  return `${JSON.stringify(envelope, null, 2)}\n`
}

export interface OpenedEnvelope {
  readonly statement: Statement
  /** True when a signature of the envelope is by the key that the statement names as its issuer's. */
  readonly signed: boolean
  readonly publicKey: string
  readonly keyId: string
  /** Which keys the issuer's one continues, as far as the certificate says; every notice is validly signed. */
  readonly continuity: readonly Succession[]
}

/**
 * Reads an envelope: size, JSON, schema, signature. A well-formed certificate with a wrong signature is returned with
 * `signed: false`, so that the reader can be told what it claimed.
 * @throws FixativeError `certificate-invalid` for anything that is not a certificate.
 */
export function openEnvelope(json: string | Buffer): OpenedEnvelope {
  if (json.length > MAX_ENVELOPE) throw invalid('it is larger than 64 MB')
  const envelope = parse(envelopeSchema, typeof json === 'string' ? json : utf8(json), 'its envelope', withoutSpaces)
  const payload = Buffer.from(envelope.payload, 'base64')
  const statement = parse(anyStatementSchema, utf8(payload), 'its content', (text) => text)
  const { publicKey } = statement.predicate.issuer
  let key: KeyObject
  try {
    key = publicKeyOf(publicKey)
  } catch (error) {
    throw invalid("the issuer's key in it is broken", error)
  }
  const body = preAuthentication(envelope.payloadType, payload)
  const signed = envelope.signatures.some(({ sig }) => verify(null, body, key, Buffer.from(sig, 'base64')))
  return { statement, signed, publicKey, keyId: keyId(publicKey), continuity: continuityOf(statement) }
}

function continuityOf({ predicate }: Statement): Succession[] {
  return (predicate.issuer.continuity ?? []).map((envelope) => {
    const notice = openNotice(envelope)
    if (notice.kind === 'succession') return notice
    throw invalid("a notice about the issuer's keys in it is no succession")
  })
}

/** No string of an envelope has white space in it, so that what is left is its layout. */
const withoutSpaces = (json: string): string => json.replace(/[ \t\r\n]/g, '')

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw invalid('it is not UTF-8 text', error)
  }
}

/** JSON that fits a schema, in its one form. */
function parse<T>(schema: z.ZodType<T>, json: string, what: string, layout: (json: string) => string): T {
  let value: unknown
  try {
    value = canonicalJson(json, layout)
  } catch (error) {
    throw invalid(`${what} is ${error instanceof SyntaxError ? 'not JSON' : 'JSON of an ambiguous form'}`, error)
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue?.path.join('.').slice(0, 200)
  throw invalid(`${what} does not fit the format${where ? ` at ${where}` : ''}`, result.error)
}
