/** fixative keys show | export | import */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { FixativeError } from '../core/errors.js'
import { openKeyStore, type PublicKey } from '../jobs/keys.js'
import { openStorage } from '../jobs/storage.js'
import { makeConsole } from './console.js'
import { wrongUsage } from './exit.js'
import { printable } from './text.js'

/** A passphrase comes from the environment: arguments can be seen by every user of the machine. */
const PASSPHRASE = 'FIXATIVE_PASSPHRASE'

/** Hexadecimal in groups of four, for comparing by eye or reading aloud. */
export function grouped(hex: string): string {
  return hex.match(/.{1,4}/g)?.join(' ') ?? ''
}

function shown({ keyId, publicKey }: PublicKey, storedIn: string): string {
  return [`Fingerprint: ${grouped(keyId)}`, `Kept in:     ${printable(storedIn)}`, '', publicKey.trimEnd()].join('\n')
}

/** A key file's text. @throws FixativeError `key-unreadable`. */
export async function readKey(file: string): Promise<string> {
  const path = resolve(file)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new FixativeError('key-unreadable', `The key file "${path}" cannot be read.`, 'Check its path.', { cause })
  }
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

export function keysCommand(): Command {
  const store = () => openKeyStore(openStorage().keys)
  const keys = new Command('keys').description('Shows, exports or imports the key that signs your certificates.')

  keys
    .command('show')
    .description('prints the public key and its fingerprint; the first use creates the key')
    .option('--json', 'print one JSON event a line')
    .action(async (options: { json?: boolean }) => {
      const { publicKey, keyId } = await store().signer()
      const out = makeConsole(options.json === true)
      out.event({ type: 'result', result: { keyId, publicKey, storedIn: store().storedIn } })
      out.print(shown({ publicKey, keyId }, store().storedIn))
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
      out.print(`Written: ${printable(path)}\nFingerprint: ${grouped(key.keyId)}`)
    })

  keys
    .command('import')
    .description(
      `replaces the signing key by one that was exported, or with --trust adds a public key of somebody else`,
    )
    .argument('<FILE>', `PEM file; its passphrase, if it has one, is read from ${PASSPHRASE}`)
    .option('--trust', 'the file is the public key of a signer you know')
    .option('--json', 'print one JSON event a line')
    .action(async (file: string, options: { trust?: boolean; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const pem = await readKey(file)
      const key = options.trust
        ? await store().trust(pem)
        : await store().importPrivate(pem, process.env[PASSPHRASE] || undefined)
      out.event({ type: 'result', result: key })
      out.print(
        options.trust
          ? `Certificates signed with ${grouped(key.keyId)} are now by a known signer.`
          : `Certificates are now signed with the key ${grouped(key.keyId)}.`,
      )
    })
  return keys
}
