/** fixative verify PATH */
import { Command } from 'commander'
import { type SignerState, signerSentence, fingerprint } from '../core/certificate/signers.js'
import { FixativeError } from '../core/errors.js'
import { summaryOf } from '../certificates/summary.js'
import type { Verification } from '../certificates/verify-folder.js'
import { verify } from '../library/verify.js'
import { cancellable } from './cancel.js'
import { colours, makeConsole, type Colours } from './console.js'
import { EXIT, NOT_VERIFIABLE, type Run } from './exit.js'
import { readKey } from './keys.js'
import { counted, listed, printable } from './text.js'

interface Checked {
  readonly verification: Verification
  /** Whether --trust was given: then the signer must be that one. */
  readonly signerRequired: boolean
}

/** What `--json` says about a check. @param allowUnknown an unknown signer is accepted */
function report(v: Verification, allowUnknown: boolean) {
  const { issuer } = v.statement.predicate
  const claimed = issuer.name ?? null
  return {
    ok: v.ok && (allowUnknown || v.signer.state !== 'unknown'),
    signature: v.signature,
    signer: {
      state: v.signer.state,
      /** The same key as on the list, one before it, or one that continues it. */
      relation: v.signer.relation,
      /** As the certificate says, and as the reader's list says. */
      name: claimed,
      knownAs: v.signer.name,
      revoked: v.signer.revoked,
      keyId: v.keyId,
      explanation:
        v.signature === 'valid'
          ? signerSentence(v.signer, claimed)
          : 'Without a valid signature nobody can be held to have signed it.',
    },
    files: v.files,
    originals: v.originals,
    bound: v.recomputed && {
      state: v.mismatches.length === 0 ? 'agrees' : 'differs',
      mismatches: v.mismatches,
      headline: v.recomputed.headline,
      runs: v.recomputed.runs,
      population: v.recomputed.population,
      protectedCurve: v.recomputed.protectedCurve,
      controlCurve: v.recomputed.controlCurve,
      verdict: v.recomputed.verdict,
    },
    ...summaryOf(v.statement, v.recomputed),
  }
}

type Report = ReturnType<typeof report>

const names = (title: string, paths: readonly string[]): string[] =>
  paths.length === 0 ? [] : [`  ${title}:`, listed(paths.map(printable), 10, '    ')]

const SIGNERS: Readonly<Record<SignerState, string>> = {
  own: 'you',
  known: 'known',
  revoked: 'revoked',
  unknown: 'unknown',
}

/** The same for people: three separate statements, then what the certificate proves. */
function text(r: Report, { verification: v, signerRequired }: Checked, c: Colours): string {
  const { files, signer, originals } = r
  const differing = files.modified.length + files.missing.length + files.extra.length
  const certified = v.statement.subject.length
  const state = (good: boolean, line: string) => `${good ? c.green('✓') : c.red('✗')} ${line}`
  const lines = [
    r.signature === 'valid'
      ? state(true, 'Signature: valid')
      : state(false, 'Signature: not valid; the certificate was changed, or signed with another key than it says'),
    state(signer.state === 'own' || signer.state === 'known', `Signer: ${SIGNERS[signer.state]}`),
    `  ${printable(signer.explanation)}`,
    ...(signerRequired && signer.state === 'unknown' ? ['  It is not the key that was given with --trust.'] : []),
    `  key ${fingerprint(signer.keyId)}`,
    state(
      differing === 0,
      differing === 0
        ? `Files: all ${counted(certified, 'file')} as certified`
        : `Files: ${files.matching.toLocaleString('en')} of ${counted(certified, 'file')} as certified`,
    ),
    ...names('modified', files.modified),
    ...names('missing', files.missing),
    ...names('extra, not in the certificate', files.extra),
  ]
  if (originals) {
    lines.push(
      originals.unchanged.length === 0
        ? state(true, `Originals: none of the ${counted(originals.compared, 'file')} is among the protected ones`)
        : state(false, 'Originals: some protected files are the unprotected originals'),
      ...names('not protected', originals.unchanged),
    )
  }
  if (r.bound) {
    lines.push(
      r.bound.state === 'agrees'
        ? state(true, 'Bound: recomputed from the counts in the certificate, and the same')
        : state(false, 'Bound: the counts in the certificate do not give what it claims'),
      ...names('claims that do not hold', r.bound.mismatches),
    )
  }
  lines.push('')
  if (r.ok || r.signature === 'valid')
    lines.push(c.bold(printable(r.headline)), ...r.details.map(printable), printable(r.explanation))
  if (!v.ok) lines.push(c.red('This folder is not what was certified. Do not rely on the certificate for it.'))
  else if (signer.state !== 'own') lines.push('The counts behind these numbers are what the signer says of them.')
  if (v.ok && signer.state === 'unknown') {
    lines.push(
      c.yellow('Nobody whom you know vouches for it.') +
        ' To know this signer from now on: fixative keys trust add, with this certificate or the signer’s key.',
    )
  }
  return lines.join('\n')
}

interface Options {
  readonly originals?: string
  readonly trust?: string
  readonly allowUnknown?: boolean
  readonly json?: boolean
}

async function check(
  path: string,
  options: Options,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Checked> {
  const verification = await verify(path, {
    signal,
    onProgress,
    ...(options.trust === undefined ? {} : { trust: await readKey(options.trust) }),
    ...(options.originals === undefined ? {} : { originals: options.originals }),
  })
  return { verification, signerRequired: options.trust !== undefined }
}

export function verifyCommand(run: Run): Command {
  return new Command('verify')
    .description('Checks a protected folder, or a certificate: signature, signer, files, and the bound.')
    .argument('<PATH>', 'protected folder, or the certificate in it')
    .option('--originals <DIR>', 'also check that no original is among the protected files')
    .option('--trust <KEY.pem>', 'the signer must be the owner of this public key')
    .option('--allow-unknown', 'accept a signer whom you do not know')
    .option('--json', 'print one JSON event a line')
    .action(async (path: string, options: Options) => {
      const out = makeConsole(options.json === true)
      out.event({ type: 'stage', stage: 'verify', title: 'Checking the files' })
      try {
        const checked = await cancellable(
          () => undefined,
          (signal) =>
            check(path, options, signal, (done, total) => {
              out.event({ type: 'progress', stage: 'verify', done, total, unit: 'file', etaSeconds: null })
            }),
        )
        out.finish()
        const result = report(checked.verification, options.allowUnknown === true)
        out.event({ type: 'result', result })
        out.print(text(result, checked, colours(process.stdout)))
        if (!result.ok) run.code = EXIT.verification
      } catch (error) {
        if (!(error instanceof FixativeError && NOT_VERIFIABLE.has(error.code))) throw error
        out.error(error)
        run.code = EXIT.verification
      }
    })
}
