import { CERTIFICATE_NAME } from '../core/file-names.js'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Emit, Verification } from '../../src-shared/contract/index.js'
import { signerSentence, fingerprint } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import type { KeyStore } from '../keys/key-store.js'
import { summaryOf } from '../certificates/summary.js'
import { verify, type Verification as Checked } from '../certificates/verify-folder.js'

/** At most this many names of each kind go to the window. */
const NAMES_SHOWN = 1_000
const EMIT_EVERY_MS = 200

/**
 * Checks a protected folder or a certificate, and says what it found as three separate statements.
 *
 * @throws FixativeError as `verify` of the jobs does
 */
export async function verifyForWindow(
  path: string,
  originals: string | null,
  keys: KeyStore,
  emit: Emit,
  signal: AbortSignal,
): Promise<Verification> {
  let told = 0
  const checked = await verify(path, {
    ring: await keys.ring(),
    signal,
    ...(originals === null ? {} : { originals }),
    progress: (done, total) => {
      const now = performance.now()
      if (done < total && now - told < EMIT_EVERY_MS) return
      told = now
      emit('verify.progress', { path, done, total })
    },
  })
  return view(await certificatePath(path), checked)
}

/** The certificate that a path means: itself, or the one in that folder. @throws FixativeError `not-found` */
export async function certificatePath(path: string): Promise<string> {
  const full = resolve(path)
  const facts = await stat(full).catch((cause: unknown) => {
    throw new FixativeError('not-found', `There is nothing at ${full}.`, 'It may have been moved.', { cause })
  })
  return facts.isDirectory() ? join(full, CERTIFICATE_NAME) : full
}

function view(certificate: string, checked: Checked): Verification {
  const { statement, files, mismatches, originals, recomputed } = checked
  const { certification, issuer } = statement.predicate
  // A protected file with the bytes of its original was never protected: modified, in the words of the window.
  const modified = [...new Set([...files.modified, ...(originals?.unchanged ?? [])])]
  const differ = modified.length + files.missing.length + files.extra.length > 0
  const { headline, explanation } = summaryOf(statement, recomputed)
  const valid = checked.signature === 'valid'
  return {
    certificate,
    folder: dirname(certificate),
    signature: {
      state: checked.signature,
      reason: valid
        ? 'The certificate is exactly as it was signed.'
        : 'The certificate was changed after it was signed, or was never signed with the key it names.',
    },
    signer: {
      state: checked.signer.state,
      issuer: issuer.name ?? null,
      explanation: valid
        ? signerSentence(checked.signer, issuer.name ?? null)
        : 'Without a valid signature nobody can be held to have signed it.',
      fingerprint: fingerprint(checked.keyId),
    },
    files: {
      state: differ ? 'differ' : 'match',
      checked: statement.subject.length,
      modified: modified.slice(0, NAMES_SHOWN),
      missing: files.missing.slice(0, NAMES_SHOWN),
      extra: files.extra.slice(0, NAMES_SHOWN),
    },
    bound: {
      state: certification === null ? 'none' : mismatches.length === 0 ? 'agrees' : 'differs',
      reason:
        mismatches[0] ?? (certification ? 'Every bound follows from the counts in the certificate.' : explanation),
      headline,
    },
    ok: checked.ok,
  }
}
