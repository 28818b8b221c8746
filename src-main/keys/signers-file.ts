/** The reader's own list of signers, and the notices about keys that were received: one file in the data folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { keyId, publicKeyPem } from '../core/certificate/encoding.js'
import { type NoticeEnvelope, noticeEnvelopeSchema, openNotice } from '../core/certificate/notices.js'
import type { TrustedSigner } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'

const FILE = 'signers.json'
/** Names are shown in terminals and windows: one line of readable text. */
export const signerName = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{C}]*$/u, 'A name has no line breaks or control characters.')

const signerSchema = z.strictObject({
  publicKey: publicKeyPem,
  name: signerName,
  addedAt: z.iso.datetime(),
  source: z.enum(['own', 'file', 'certificate']),
  revoked: z.strictObject({ since: z.iso.datetime(), reason: z.string().max(500) }).optional(),
}) satisfies z.ZodType<TrustedSigner>

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** What this computer's certificates give as the issuer's name. */
  name: signerName.optional(),
  signers: z.array(signerSchema).max(10_000),
  notices: z.array(noticeEnvelopeSchema).max(10_000),
})
export type SignersFile = z.infer<typeof fileSchema>

const EMPTY: SignersFile = { version: 1, signers: [], notices: [] }

export interface SignersStore {
  /** @throws FixativeError `signers-damaged`: a list that cannot be read must not pass for one that trusts nobody. */
  read(): Promise<SignersFile>
  /** One change after the other. @throws FixativeError as `read`, or when the disk refuses. */
  change(edit: (file: SignersFile) => SignersFile): Promise<void>
}

/** @param folder of the keys; the file is made when there is something to keep. */
export function openSigners(folder: string): SignersStore {
  const path = join(folder, FILE)
  let last: Promise<void> = Promise.resolve()

  async function read(): Promise<SignersFile> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY
      throw damaged(path, error)
    }
    try {
      const file = fileSchema.parse(JSON.parse(text))
      // A notice or key that does not hold would be met again at every check.
      for (const { publicKey } of file.signers) keyId(publicKey)
      for (const notice of file.notices) openNotice(notice)
      return file
    } catch (error) {
      throw damaged(path, error)
    }
  }

  return {
    read,
    change(edit) {
      last = last
        .catch(() => undefined)
        .then(async () => {
          const changed = fileSchema.parse(edit(await read()))
          await privateFolder(folder)
          await writeAtomically(path, `${JSON.stringify(changed, null, 2)}\n`)
        })
      return last
    },
  }
}

function damaged(path: string, cause: unknown): FixativeError {
  return new FixativeError(
    'signers-damaged',
    `The list of known signers "${path}" cannot be read.`,
    'Put it right, or move it away to begin a new list.',
    { cause },
  )
}

/** The list with a signer added, or its entry replaced; keys that are this computer's own stay so. */
export function withSigner(file: SignersFile, signer: TrustedSigner): SignersFile {
  const id = keyId(signer.publicKey)
  const former = file.signers.find(({ publicKey }) => keyId(publicKey) === id)
  const kept = former?.source === 'own' ? { ...signer, source: former.source } : signer
  const others = file.signers.filter((one) => one !== former)
  return { ...file, signers: [...others, { ...kept, revoked: kept.revoked ?? former?.revoked }] }
}

/** The same notice is kept once. */
export function withNotice(file: SignersFile, notice: NoticeEnvelope): SignersFile {
  const others = file.notices.filter(({ payload }) => payload !== notice.payload)
  return { ...file, notices: [...others, notice] }
}
