import { resolve } from 'node:path'
import type { Handlers, KeyInfo, Saved } from '../../../src-shared/contract/index.js'
import type { NoticeEnvelope } from '../../core/certificate/notices.js'
import { FixativeError } from '../../core/errors.js'
import type { PublicKey } from '../../keys/pem.js'
import { writeAtomically } from '../../storage/folders.js'
import { reportHtml, reportView } from '../reports.js'
import type { Parts } from '../parts.js'
import { addSigner, keyInfo, keyInfoOf, knownSigners, markSigner, removeSigner, trustCertificate } from '../signers.js'
import { verifyForWindow } from '../verification.js'

type Names =
  | 'reports.get'
  | 'reports.save'
  | 'history.list'
  | 'verify.start'
  | 'stress.get'
  | 'stress.start'
  | 'stress.cancel'
  | 'keys.show'
  | 'keys.export'
  | 'keys.import'
  | 'keys.rotate'
  | 'keys.revoke'
  | 'signers.list'
  | 'signers.add'
  | 'signers.trust'
  | 'signers.remove'
  | 'signers.revoke'

interface Kind {
  readonly name: string
  readonly extension: string
  readonly mime: string
}
const HTML: Kind = { name: 'Web page', extension: 'html', mime: 'text/html' }
const PDF: Kind = { name: 'PDF', extension: 'pdf', mime: 'application/pdf' }
const PEM: Kind = { name: 'Key', extension: 'pem', mime: 'application/x-pem-file' }
const NOTICE: Kind = { name: 'Notice about a key', extension: 'json', mime: 'application/json' }
const PUBLIC = 0o644
const PRIVATE = 0o600

export function certificateHandlers(parts: Parts, closing: AbortSignal): Pick<Handlers, Names> {
  const { services, history, keys, stress } = parts
  const { desktop, emit } = services
  let checking: AbortController | null = null

  /** Writes where the user says, in the system's dialog alone; without dialogs the window gets the text. */
  const save = async (
    name: string,
    kind: Kind,
    content: () => Promise<string | Uint8Array>,
    mode = PUBLIC,
  ): Promise<Saved | null> => {
    const suggested = `${name}.${kind.extension}`
    if (!desktop) return { kind: 'download', name: suggested, mime: kind.mime, content: String(await content()) }
    const path = await desktop.chooseTarget(suggested, { name: kind.name, extensions: [kind.extension] })
    if (path === null) return null
    const made = await content()
    await writeAtomically(resolve(path), made, mode)
    return { kind: 'file', path: resolve(path) }
  }

  /** A new key, and the notice about the old one, in a file that was chosen before anything is changed. */
  const change = async (name: string, make: () => Promise<PublicKey & { readonly notice: NoticeEnvelope }>) => {
    let key: KeyInfo | null = null
    const notice = await save(name, NOTICE, async () => {
      const made = await make()
      key = keyInfoOf(made, keys.storedIn)
      return `${JSON.stringify(made.notice)}\n`
    })
    return notice && key && { key, notice }
  }

  return {
    'reports.get': async (source) => reportView(source, parts),
    'reports.save': async ({ source, format }) => {
      if (format === 'pdf' && !desktop) {
        throw new FixativeError(
          'no-pdf',
          'A browser cannot write a PDF file for Fixative.',
          'Print the page instead, to PDF.',
        )
      }
      const { name, html } = await reportHtml(source, history)
      if (format === 'html' || !desktop) return save(name, HTML, async () => html)
      return save(name, PDF, () => desktop.htmlToPdf(html))
    },
    'history.list': async () => history.list(),
    'verify.start': async ({ path, originals }) => {
      // The window shows one check; a new one replaces it.
      checking?.abort()
      const controller = new AbortController()
      checking = controller
      try {
        return await verifyForWindow(path, originals, keys, emit, AbortSignal.any([controller.signal, closing]))
      } finally {
        if (checking === controller) checking = null
      }
    },
    'stress.get': async ({ path }) => stress.get(path),
    'stress.start': async ({ path }) => stress.start(path),
    'stress.cancel': async () => {
      await stress.cancel()
      return null
    },
    'keys.show': async () => keyInfo(keys),
    'keys.export': async (request) => {
      if (request.part === 'public') {
        return save('fixative-public-key', PEM, async () => (await keys.signer()).publicKey)
      }
      return save('fixative-signing-key', PEM, () => keys.exportPrivate(request.passphrase), PRIVATE)
    },
    'keys.import': async ({ pem, passphrase }) => {
      const imported = await keys.importPrivate(pem, passphrase === '' ? undefined : passphrase)
      return keyInfoOf(imported, keys.storedIn)
    },
    'keys.rotate': async () => change('fixative-key-successor', () => keys.rotate()),
    'keys.revoke': async ({ reason }) =>
      change('fixative-key-revocation', () => keys.revokeOwn({ since: new Date().toISOString(), reason })),
    'signers.list': async () => knownSigners(keys),
    'signers.add': async ({ content, name }) => addSigner(keys, content, name),
    'signers.trust': async ({ certificate, name }) => trustCertificate(keys, certificate, name),
    'signers.remove': async ({ keyId }) => removeSigner(keys, keyId),
    'signers.revoke': async ({ keyId, reason }) => markSigner(keys, keyId, reason),
  }
}
