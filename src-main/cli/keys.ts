/** fixative keys show | name | export | import | rotate | revoke | trust */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { FixativeError } from '../core/errors.js'
import { MAX_ENVELOPE, keyId } from '../core/certificate/dsse.js'
import { type Signer, type TrustedSigner, findSigner, fingerprint } from '../core/certificate/signers.js'
import { openKeyStore, type KeyStore } from '../keys/key-store.js'
import type { PublicKey } from '../keys/pem.js'
import { signerName } from '../keys/signers-file.js'
import { openStorage } from '../storage/folders.js'
import { makeConsole } from './console.js'
import { wrongUsage } from './exit.js'
import { printable } from './text.js'

/** A passphrase comes from the environment: arguments can be seen by every user of the machine. */
const PASSPHRASE = 'FIXATIVE_PASSPHRASE'

function shown({ keyId, publicKey }: PublicKey, storedIn: string): string {
  return [`Fingerprint: ${fingerprint(keyId)}`, `Kept in:     ${printable(storedIn)}`, '', publicKey.trimEnd()].join(
    '\n',
  )
}

/** A key file's text. @throws FixativeError `key-unreadable`. */
export async function readKey(file: string): Promise<string> {
  const path = resolve(file)
  try {
    if ((await stat(path)).size > MAX_ENVELOPE) throw new RangeError('too large')
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new FixativeError('key-unreadable', `The key file "${path}" cannot be read.`, 'Check its path.', { cause })
  }
}

/** Makes sure, before a key is changed, that the notice about it can be written. */
async function reserve(file: string): Promise<string> {
  return writeKey(file, '', 0o644)
}

/** Writes a new file; an existing one, which may be somebody's only key, is never replaced. */
async function writeKey(file: string, pem: string, mode: number): Promise<string> {
  const path = resolve(file)
  try {
    await writeFile(path, pem, { flag: 'wx', mode })
    return path
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw exists
      ? wrongUsage(`"${path}" exists already.`, 'Choose another name; keys are never overwritten.')
      : new FixativeError('not-writable', `The key cannot be written to "${path}".`, 'Choose another folder.', {
          cause,
        })
  }
}

const SINCE = 'from when on it must not be relied on (default: now)'
const WRITE = 'file for the notice; must not exist'

/** A day or a moment that the user gave, as ISO 8601; default: now. */
function moment(text: string | undefined): string {
  const date = text === undefined ? new Date() : new Date(text)
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  throw wrongUsage(`"${text}" is not a date.`, 'Write it like this: --since 2026-01-31.')
}

function reasonOf(text: string | undefined): string {
  const reason = (text ?? '').trim()
  if (reason.length <= 500 && !/\p{C}/u.test(reason)) return reason
  throw wrongUsage('The reason is too long, or has line breaks in it.', 'Give a sentence of at most 500 characters.')
}

/** One signer of the list, on two lines. */
function listedSigner(
  { name, source, addedAt, publicKey }: Omit<TrustedSigner, 'revoked'>,
  revoked: Signer['revoked'],
): string {
  const who = source === 'own' ? 'an earlier key of this computer' : name === '' ? '(no name)' : printable(name)
  const from = { own: 'replaced', file: 'added from a file', certificate: 'added from a certificate' }[source]
  const state = revoked
    ? `; revoked since ${revoked.since.slice(0, 10)} by ${revoked.by === 'reader' ? 'you' : 'the signer'}`
    : ''
  return `${who} (${from} on ${addedAt.slice(0, 10)}${state})\n  ${fingerprint(keyId(publicKey))}`
}

function trustCommand(store: () => KeyStore): Command {
  const trust = new Command('trust').description('Keeps the list of signers whose certificates count as known.')
  trust
    .command('add')
    .description('adds a signer: a public key, a certificate, or a notice that a signer has sent about a key')
    .argument('<FILE>', 'PEM file, fixative-certificate.json, or notice')
    .option('--name <NAME>', 'what you call the signer')
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { name?: string; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const received = await store().trust(await readKey(file), options.name)
      out.event({ type: 'result', result: received })
      const key = fingerprint(received.keyId)
      if (received.kind === 'signer') {
        const who = received.name === '' ? '' : ` “${printable(received.name)}”`
        out.print(`Certificates signed with this key are now by a known signer${who}:\n  ${key}`)
        out.print('Compare the fingerprint with the one that the signer gives you by another way, such as by phone.')
      } else {
        const what = received.kind === 'succession' ? 'names a successor of' : 'revokes'
        out.print(`Kept: a notice that ${what} the key\n  ${key}`)
        if (!received.known) out.print('This key is not on your list, so for now the notice changes nothing.')
      }
    })
  trust
    .command('list')
    .description('prints the signers on the list')
    .option('--json', 'print one JSON event a line')
    .action(async (options: { json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const ring = await store().ring()
      const signers = ring.signers.map((signer) => {
        const id = keyId(signer.publicKey)
        return { ...signer, keyId: id, revoked: findSigner(id, ring).revoked }
      })
      out.event({ type: 'result', result: { signers } })
      out.print(
        signers.length === 0
          ? 'No signers are on the list. Add one: fixative keys trust add FILE.'
          : signers.map((signer) => listedSigner(signer, signer.revoked)).join('\n'),
      )
    })
  trust
    .command('remove')
    .description('takes a signer off the list')
    .argument('<SIGNER>', 'name or fingerprint; its first 8 digits are enough')
    .option('--json', 'print one JSON event a line')
    .action(async (id: string, options: { json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const removed = await store().distrust(id)
      out.event({ type: 'result', result: { keyId: keyId(removed.publicKey), name: removed.name } })
      out.print(`Not on the list any more: ${fingerprint(keyId(removed.publicKey))}`)
    })
  trust
    .command('revoke')
    .description('marks a key of the list as not to be relied on, for you alone')
    .argument('<SIGNER>', 'name or fingerprint')
    .option('--reason <TEXT>', 'why, to remind you')
    .option('--since <DATE>', SINCE)
    .option('--json', 'print one JSON event a line')
    .action(async (id: string, options: { reason?: string; since?: string; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const marked = await store().mark(id, { since: moment(options.since), reason: reasonOf(options.reason) })
      out.event({ type: 'result', result: { keyId: keyId(marked.publicKey), name: marked.name } })
      out.print(
        `On this computer, certificates by this key are not relied on any more:\n  ${fingerprint(keyId(marked.publicKey))}`,
      )
    })
  return trust
}

export function keysCommand(): Command {
  const store = () => openKeyStore(openStorage().keys)
  const keys = new Command('keys').description(
    'Keeps the key that signs your certificates, and the list of signers that you know.',
  )

  keys
    .command('show')
    .description('prints the public key and its fingerprint; the first use creates the key')
    .option('--json', 'print one JSON event a line')
    .action(async (options: { json?: boolean }) => {
      const { publicKey, keyId } = await store().signer()
      const name = await store().name()
      const out = makeConsole(options.json === true)
      out.event({ type: 'result', result: { keyId, publicKey, name, storedIn: store().storedIn } })
      out.print(`Name:        ${name === null ? '(none; set one: fixative keys name NAME)' : printable(name)}`)
      out.print(shown({ publicKey, keyId }, store().storedIn))
    })

  keys
    .command('name')
    .description('sets the name that your certificates give as the signer; an empty one removes it')
    .argument('<NAME>')
    .option('--json', 'print one JSON event a line')
    .action(async (given: string, options: { json?: boolean }) => {
      const parsed = signerName.safeParse(given)
      if (!parsed.success) throw wrongUsage('This name cannot be used.', 'Give one line of at most 200 characters.')
      await store().setName(parsed.data)
      const out = makeConsole(options.json === true)
      out.event({ type: 'result', result: { name: parsed.data } })
      out.print(
        parsed.data === '' ? 'Certificates give no name from now on.' : `Certificates give the name “${parsed.data}”.`,
      )
    })

  keys
    .command('export')
    .description(`writes the public key, or with --private the signing key itself, encrypted if ${PASSPHRASE} is set`)
    .argument('<FILE>', 'PEM file to write; must not exist')
    .option('--private', 'the private key, to move it to another computer')
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { private?: boolean; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const passphrase = process.env[PASSPHRASE]
      const key = await store().signer()
      const pem = options.private ? await store().exportPrivate(passphrase || undefined) : key.publicKey
      const path = await writeKey(file, pem, options.private ? 0o600 : 0o644)
      if (options.private && !passphrase) {
        out.note(`Warning: the private key in this file is not encrypted. Set ${PASSPHRASE} to encrypt it.`)
      }
      out.event({ type: 'result', result: { path, keyId: key.keyId } })
      out.print(`Written: ${printable(path)}\nFingerprint: ${fingerprint(key.keyId)}`)
    })

  keys
    .command('import')
    .description('replaces the signing key by one that was exported')
    .argument('<FILE>', `PEM file; its passphrase, if it has one, is read from ${PASSPHRASE}`)
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const key = await store().importPrivate(await readKey(file), process.env[PASSPHRASE] || undefined)
      out.event({ type: 'result', result: key })
      out.print(`Certificates are now signed with the key ${fingerprint(key.keyId)}.`)
    })

  keys
    .command('rotate')
    .description('makes a new signing key, which the old one names as its successor')
    .argument('<FILE>', WRITE)
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const path = await reserve(file)
      const { notice, ...key } = await store().rotate()
      await writeFile(path, `${JSON.stringify(notice)}\n`)
      out.event({ type: 'result', result: { path, keyId: key.keyId } })
      out.print(`Certificates are now signed with the key ${fingerprint(key.keyId)}.`)
      out.print('Your new certificates carry the notice, so whoever trusts the old key knows the new one from them.')
      out.print(`It is also in ${printable(path)}, for whoever checks an old certificate and knows the new key only.`)
    })

  keys
    .command('revoke')
    .description('says, signed, that your own key must not be relied on any more, and makes a new one')
    .argument('<FILE>', WRITE)
    .option('--reason <TEXT>', 'why, in a sentence that others may read')
    .option('--since <DATE>', SINCE)
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { reason?: string; since?: string; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const mark = { since: moment(options.since), reason: reasonOf(options.reason) }
      const path = await reserve(file)
      const { notice, ...key } = await store().revokeOwn(mark)
      await writeFile(path, `${JSON.stringify(notice)}\n`)
      out.event({ type: 'result', result: { path, keyId: key.keyId } })
      out.print(`Your key is revoked. Send ${printable(path)} to everybody who trusts it, and publish it.`)
      out.print(`Certificates are now signed with a new key that has no tie to it: ${fingerprint(key.keyId)}.`)
    })

  keys.addCommand(trustCommand(store))
  return keys
}
