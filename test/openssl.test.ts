/** The script in docs/ agrees with Fixative about what is signed, and needs none of its code. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyId, signStatement } from '../src-main/core/certificate/dsse.js'
import { exampleStatement, FILES, newKey } from './fixtures/certificate.js'

const SCRIPT = fileURLToPath(new URL('../docs/verify-with-openssl.sh', import.meta.url))

/** Why the script cannot run here, or an empty text. */
function obstacle(): string {
  if (process.platform === 'win32') return 'no sh on Windows'
  const made = spawnSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' })
  if (made.status !== 0) return 'openssl is missing or has no Ed25519'
  const help = spawnSync('openssl', ['pkeyutl', '-help'], { encoding: 'utf8' })
  return `${help.stdout}${help.stderr}`.includes('-rawin') ? '' : 'openssl pkeyutl has no -rawin (needs openssl 3)'
}
const why = obstacle()

describe.skipIf(why !== '')(`docs/verify-with-openssl.sh${why && ` (skipped: ${why})`}`, () => {
  let folder: string
  const { publicKey, privateKey } = newKey()
  const certificate = signStatement(exampleStatement(publicKey), privateKey)

  /** `hidden`: programs that the script must not find. */
  function run(text: string, args: readonly string[] = [], hidden: readonly string[] = []) {
    const file = join(folder, 'fixative-certificate.json')
    writeFileSync(file, text)
    let { PATH } = process.env
    if (hidden.length > 0) {
      const bin = mkdtempSync(join(folder, '..', 'bin-'))
      for (const place of (PATH ?? '').split(delimiter)) {
        const names = ((): string[] => {
          try {
            return readdirSync(place)
          } catch {
            return []
          }
        })()
        for (const name of names.filter((name) => !hidden.includes(name))) {
          try {
            symlinkSync(join(place, name), join(bin, name))
          } catch {
            // An earlier place on the path has a program of this name already.
          }
        }
      }
      PATH = bin
    }
    const { status, stdout, stderr } = spawnSync('/bin/sh', [SCRIPT, file, ...args], {
      encoding: 'utf8',
      env: { ...process.env, PATH },
    })
    return { status, stdout, stderr }
  }

  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'fixative-openssl-')), 'a folder')
    mkdirSync(folder)
    writeFiles()
  })
  afterAll(() => rmSync(dirname(folder), { recursive: true, force: true }))
  const writeFiles = (): void => {
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }

  it.each([
    ['python3', 'node'],
    ['node', 'python3'],
  ])('accepts a fresh certificate and its files with %s', (_, hidden) => {
    const { status, stdout } = run(certificate, [folder], [hidden])
    expect(stdout).toBe(
      `signature: valid\nsigned by the key with SHA-256 ${keyId(publicKey)}\nfiles: all as certified\n`,
    )
    expect(status).toBe(0)
  })

  it('refuses a changed payload, a changed type, and another signature', () => {
    const wire = JSON.parse(certificate) as { payload: string; payloadType: string; signatures: { sig: string }[] }
    const payload = Buffer.from(wire.payload, 'base64').toString().replace('"visibility":0.1', '"visibility":0.2')
    const other = JSON.parse(signStatement(exampleStatement(publicKey), newKey().privateKey)) as typeof wire
    for (const changed of [
      { ...wire, payload: Buffer.from(payload).toString('base64') },
      { ...wire, payloadType: 'application/json' },
      { ...wire, signatures: other.signatures },
    ]) {
      const { status, stdout } = run(JSON.stringify(changed))
      expect(stdout).toContain('signature: INVALID')
      expect(status).toBe(1)
    }
  })

  it.each(['python3', 'node'])('names a changed and a missing file, without %s', (hidden) => {
    const [first, second] = Object.keys(FILES) as [string, string]
    writeFileSync(join(folder, first), 'changed')
    rmSync(join(folder, second))
    const { status, stdout } = run(certificate, [folder], [hidden])
    writeFiles()
    expect(stdout).toMatch(/modified: ['"]cats\/one\.png/)
    expect(stdout).toMatch(/missing: {2}['"]dogs/)
    expect(stdout).toContain('signature: valid')
    expect(status).toBe(1)
  })

  it('says what it needs', () => {
    expect(run('no JSON')).toMatchObject({ status: 2 })
    expect(spawnSync('/bin/sh', [SCRIPT], { encoding: 'utf8' })).toMatchObject({ status: 2 })
    expect(run(certificate, [], ['python3', 'node'])).toMatchObject({ status: 2, stdout: '' })
  })
})
