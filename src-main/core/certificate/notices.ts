/**
 * Notices about keys, signed like certificates (DSSE, Ed25519; docs/keys.md):
 *
 * - a *succession* says that the owner of one key goes on with another. Both keys sign it: the old one, so that whoever
 *   trusts it can trust the new one; the new one, so that nobody can claim a key that is not theirs as their former one.
 * - a *revocation* says that a key must not be relied on any more. The key itself signs it, or one that continues it.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { FixativeError } from '../errors.js'
import { base64, canonicalJson, keyId, preAuthentication, publicKeyOf, publicKeyPem } from './encoding.js'

export const NOTICE_TYPE = 'application/vnd.fixative.key-notice+json'
/** Largest notice that is read, bytes. */
export const MAX_NOTICE = 64 * 1024

const successionSchema = z.strictObject({
  kind: z.literal('succession'),
  from: publicKeyPem,
  to: publicKeyPem,
  issuedAt: z.iso.datetime(),
})
const revocationSchema = z.strictObject({
  kind: z.literal('revocation'),
  key: publicKeyPem,
  /** Who says so: the key itself, or one that continues it. */
  by: publicKeyPem,
  /** From when on nothing signed with the key is to be believed. */
  since: z.iso.datetime(),
  issuedAt: z.iso.datetime(),
  reason: z.string().max(500),
})
const noticeSchema = z.discriminatedUnion('kind', [successionSchema, revocationSchema])
export type Succession = z.infer<typeof successionSchema>
export type Revocation = z.infer<typeof revocationSchema>
export type Notice = z.infer<typeof noticeSchema>

export const noticeEnvelopeSchema = z.strictObject({
  payloadType: z.literal(NOTICE_TYPE),
  payload: z.string().max(MAX_NOTICE).pipe(base64),
  signatures: z
    .array(z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().max(200).pipe(base64) }))
    .min(1)
    .max(2),
})
export type NoticeEnvelope = z.infer<typeof noticeEnvelopeSchema>

const invalid = (what: string, cause?: unknown): FixativeError =>
  new FixativeError(
    'notice-invalid',
    `This is not a notice about a key: ${what}.`,
    'Get the file again from the signer.',
    {
      cause,
    },
  )

function signNotice(notice: Notice, privateKeys: readonly string[]): NoticeEnvelope {
  const payload = Buffer.from(JSON.stringify(noticeSchema.parse(notice)))
  const body = preAuthentication(NOTICE_TYPE, payload)
  return {
    payloadType: NOTICE_TYPE,
    payload: payload.toString('base64'),
    signatures: privateKeys.map((pem) => {
      const key = createPrivateKey(pem)
      const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
      return { keyid: keyId(publicKey), sig: sign(null, body, key).toString('base64') }
    }),
  }
}

const publicPem = (privatePem: string): string =>
  createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString()

/** The owner of the key `from` goes on with `to`: private keys, PKCS#8 PEM. */
export function signSuccession(from: string, to: string, issuedAt: string): NoticeEnvelope {
  return signNotice({ kind: 'succession', from: publicPem(from), to: publicPem(to), issuedAt }, [from, to])
}

/**
 * @param key public key that is not to be relied on any more.
 * @param privateKey of that key, or of one that continues it.
 */
export function signRevocation(
  key: string,
  privateKey: string,
  facts: Pick<Revocation, 'since' | 'issuedAt' | 'reason'>,
): NoticeEnvelope {
  return signNotice({ kind: 'revocation', key, by: publicPem(privateKey), ...facts }, [privateKey])
}

/**
 * What a notice says, once everybody who has to has signed it.
 * @throws FixativeError `notice-invalid`.
 */
export function openNotice(envelope: NoticeEnvelope): Notice {
  const payload = Buffer.from(envelope.payload, 'base64')
  let notice: Notice
  try {
    notice = noticeSchema.parse(canonicalJson(payload.toString('utf8')))
  } catch (error) {
    throw invalid('its content does not fit the format', error)
  }
  const body = preAuthentication(envelope.payloadType, payload)
  const signers = notice.kind === 'succession' ? [notice.from, notice.to] : [notice.by]
  for (const signer of signers) {
    const key = publicKeyOf(signer)
    if (!envelope.signatures.some(({ sig }) => verify(null, body, key, Buffer.from(sig, 'base64')))) {
      throw invalid('a signature of it is missing or wrong')
    }
  }
  return notice
}

/** Reads a notice's file. @throws FixativeError `notice-invalid`. */
export function parseNotice(json: string): { envelope: NoticeEnvelope; notice: Notice } {
  if (json.length > MAX_NOTICE) throw invalid('it is too large')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw invalid('it is not JSON', error)
  }
  const envelope = noticeEnvelopeSchema.safeParse(value)
  if (!envelope.success) throw invalid('its envelope does not fit the format', envelope.error)
  return { envelope: envelope.data, notice: openNotice(envelope.data) }
}
