import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { certify } from '../src-main/core/certify/certify.js'
import { signStatement } from '../src-main/core/certificate/dsse.js'
import { DEFINITION, type NewStatement } from '../src-main/core/certificate/schema.js'
import { scoresOf } from '../src-main/core/certificate/verify.js'
import { limitSentences } from '../src-main/core/certificate/sentences.js'
import { buildStatement } from '../src-main/core/certificate/statement.js'
import { parseNotice } from '../src-main/core/certificate/notices.js'
import { openKeyStore } from '../src-main/keys/key-store.js'
import { fixative } from './support/fixative.js'

let root: string
let home: string
let folder: string
let ownKey: string
let statement: NewStatement

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative-tampering-'))
  home = join(root, 'home')
  folder = join(root, 'art-protected')
  ownKey = (await openKeyStore(join(home, 'keys')).signer()).privateKey
})
afterAll(() => rm(root, { recursive: true, force: true }))

const FILES = { 'cats/one.png': 'first', 'cats/two words.png': 'second', 'dogs/😀.png': 'third' }
const certificate = () => join(folder, 'fixative-certificate.json')

/** What the counts of 200 draws prove, certified and signed like a job does it. */
async function writeFolder(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const [q, sigma, confidence, testImages, trainAccuracy] = [0.9, 0.05, 0.99, 100, 0.98]
  const protectedCorrect = Array.from({ length: 200 }, (_, i) => 40 + (i % 12))
  const controlCorrect = Array.from({ length: 200 }, (_, i) => 70 + (i % 12))
  const attackers = (peak: number) =>
    Array.from({ length: 22 }, (_, i) => ({ recipe: 0, correct: [20, peak + (i % 5), 30, 25] }))
  const declared = {
    quantile: 0.9,
    confidence: 0.9,
    steps: 200,
    checkpointEvery: 50,
    batchSize: 64,
    training: 'from random weights',
    recipes: [{ architecture: 'compact', resolution: 64, parameters: 175_000 }],
    protected: attackers(50),
    control: attackers(76),
  }
  const found = certify({
    protectedCorrect,
    controlCorrect,
    testImages,
    protectedTrainAccuracy: trainAccuracy,
    q,
    sigma,
    confidence,
    runs: scoresOf(declared),
  })
  const { publicKey } = await openKeyStore(join(home, 'keys')).signer()
  statement = buildStatement(
    Object.entries(FILES).map(([path, content]) => ({
      path,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    {
      tool: { name: 'fixative', version: '0.1.0' },
      issuedAt: '2026-01-02T03:04:05Z',
      issuer: { name: 'Ann', publicKey },
      collection: {
        images: 3,
        classes: [
          { name: 'cats', count: 2 },
          { name: 'dogs', count: 1 },
        ],
        labelSource: 'folders',
        skipped: [],
      },
      protection: {
        method: 'pue',
        strength: 'balanced',
        visibility: 0.1,
        resolution: 64,
        largestChange: 20,
        quality: {
          flip: { mean: 0.1, max: 0.11 },
          ssim: { min: 0.9, mean: 0.95 },
          psnr: { min: 32, mean: 33 },
          deltaE: { mean: 2.5, max: 4 },
          worst: [],
        },
      },
      certification: {
        definition: DEFINITION,
        surrogate: { architecture: 'compact', parameters: 175_000, normalisation: 'batch, frozen' },
        smoothing: { kind: 'layer-scaled', sigma },
        q,
        draws: 200,
        confidence,
        trainImages: 400,
        testImages,
        chance: 0.5,
        protected: { trainAccuracy, cleanAccuracy: 0.5, correct: protectedCorrect, curve: found.protectedCurve },
        control: { trainAccuracy: 1, cleanAccuracy: 0.8, correct: controlCorrect, curve: found.controlCurve },
        headline: found.headline,
        runs: { ...declared, ...found.runs! },
        verdict: found.verdict,
      },
      limits: limitSentences({ certified: true, runs: true }),
      private: { sha256: 'c'.repeat(64) },
    },
  )
  await writeFile(certificate(), signStatement(statement, ownKey))
  await writeFile(join(folder, 'fixative-report.html'), '<!doctype html>')
}

beforeEach(writeFolder)

const verify = (...args: string[]) => fixative(['verify', folder, ...args], { home })

describe('fixative verify', () => {
  it('accepts what was certified, with three separate states and the recomputed bound', async () => {
    const { code, stdout } = await verify()
    expect(code).toBe(0)
    expect(stdout).toContain('✓ Signature: valid')
    expect(stdout).toContain('✓ Signer: you\n  Signed with this computer’s own key.')
    expect(stdout).toContain('✓ Files: all 3 files as certified')
    expect(stdout).toContain('✓ Bound: recomputed')
    expect(stdout).toContain(
      'nine in ten recognise at most 54 % of your pictures; trained on the originals, at least 76 %.',
    )
    expect(stdout).toContain('recognise at most 51 %; of one trained on the originals, at least 80 %.')
    expect(stdout).toContain('Only 100 pictures were tested')
    expect(stdout).toContain('Informative:')
  })

  it('passes over what a system leaves in a folder', async () => {
    await writeFile(join(folder, '.DS_Store'), 'x')
    await writeFile(join(folder, 'cats', 'Thumbs.db'), 'x')
    await writeFile(join(folder, 'cats', '._two words.png'), 'x')
    expect((await verify()).code).toBe(0)
    await writeFile(join(folder, 'cats', 'Thumbs.db.png'), 'x')
    expect((await verify()).stdout).toMatch(/extra, not in the certificate:\n\s+cats\/Thumbs\.db\.png/)
  })

  it('draws nothing on the terminal that a certificate says', async () => {
    const reason = '\u001b[2K\r✓ Signer: known\n✓ Signature: valid\u202e'
    const predicate = { ...statement.predicate, certification: null, certificationSkipped: { reason } }
    await writeFile(certificate(), signStatement({ ...statement, predicate }, ownKey))
    const { stdout } = await verify()
    for (const character of ['\u001b', '\r', '\u202e']) expect(stdout).not.toContain(character)
    expect(stdout.match(/^✓ Signature/gm)).toHaveLength(1)
    expect(stdout).toContain('\\u001b[2K\\u000d✓ Signer: known\\u000a✓ Signature: valid\\u202e')
  })

  it('names a changed, a missing and an extra file', async () => {
    await writeFile(join(folder, 'cats/two words.png'), 'Second')
    await rm(join(folder, 'dogs/😀.png'))
    await writeFile(join(folder, 'cats', 'new.png'), 'x')
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toContain('✓ Signature: valid')
    expect(stdout).toContain('✗ Files: 1 of 3 files as certified')
    expect(stdout).toMatch(/modified:\n\s+cats\/two words\.png/)
    expect(stdout).toMatch(/missing:\n\s+dogs\/😀\.png/)
    expect(stdout).toMatch(/extra, not in the certificate:\n\s+cats\/new\.png/)
    const json = await verify('--json')
    expect(json.code).toBe(3)
    expect(json.events().at(-1)).toMatchObject({
      type: 'result',
      result: {
        ok: false,
        signature: 'valid',
        files: { modified: ['cats/two words.png'], missing: ['dogs/😀.png'], extra: ['cats/new.png'] },
      },
    })
  })

  it('tells an edited certificate by its signature', async () => {
    const envelope = JSON.parse(await readFile(certificate(), 'utf8')) as { payload: string }
    const text = Buffer.from(envelope.payload, 'base64').toString('utf8').replace('"Ann"', '"Bob"')
    envelope.payload = Buffer.from(text).toString('base64')
    await writeFile(certificate(), JSON.stringify(envelope))
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toContain('✗ Signature: not valid')
    expect(stdout).toContain('✗ Signer: unknown')
    expect(stdout).toContain('✓ Files: all 3 files as certified')
  })

  it('tells a signature by another key than the certificate names', async () => {
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writeFile(certificate(), signStatement(statement, other))
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toContain('signed with another key than it says')
  })

  it('does not know a stranger who signed everything anew, and refuses him under --trust', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    statement.predicate.issuer.publicKey = pem
    await writeFile(
      certificate(),
      signStatement(statement, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    )
    const trusted = join(root, 'ann.pem')
    await rm(trusted, { force: true })
    expect((await fixative(['keys', 'export', trusted], { home })).code).toBe(0)

    const plain = await verify()
    expect(plain.code).toBe(3)
    expect(plain.stdout).toContain('Nobody whom you know vouches for it.')
    expect(plain.stdout).not.toContain('is not what was certified')
    expect((await verify('--allow-unknown')).code).toBe(0)
    expect(plain.stdout).toContain(
      '✗ Signer: unknown\n  Not known to you. The certificate gives the name “Ann”, but anybody can write any name',
    )
    const strict = await verify('--trust', trusted, '--allow-unknown')
    expect(strict.code).toBe(3)
    expect(strict.stdout).toContain('It is not the key that was given with --trust.')
  })

  it('refuses a key that the reader has revoked, under --trust as well', async () => {
    const reader = join(root, 'wary')
    const by = async (...args: string[]) => fixative(args, { home: reader })
    const key = join(root, 'owner.pem')
    expect((await fixative(['keys', 'export', key], { home })).code).toBe(0)
    expect((await by('verify', folder, '--trust', key)).code).toBe(0)
    await by('keys', 'trust', 'add', key, '--name', 'Owner')
    await by('keys', 'trust', 'revoke', 'Owner', '--reason', 'Stolen.')
    const { code, stdout } = await by('verify', folder, '--trust', key)
    expect(stdout).toContain('✗ Signer: revoked')
    expect(code).toBe(3)
  })

  it('explains a stranger, a known signer, his new key, and his revoked one', async () => {
    const reader = join(root, 'reader')
    const by = async (...args: string[]) => fixative(args, { home: reader })
    const check = async () => by('verify', folder)
    const annsFolder = join(root, 'anns')
    const ann = openKeyStore(annsFolder)
    const sign = async () => {
      const { publicKey, privateKey, continuity } = await ann.signer()
      statement.predicate.issuer = {
        name: 'Ann',
        publicKey,
        ...(continuity.length > 0 ? { continuity: [...continuity] } : {}),
      }
      await writeFile(certificate(), signStatement(statement, privateKey))
    }
    await sign()
    expect((await check()).stdout).toContain('✗ Signer: unknown')
    const added = await by('keys', 'trust', 'add', certificate(), '--name', 'Ann of the press')
    expect(added.code, added.stderr).toBe(0)
    const known = await check()
    expect(known.code).toBe(0)
    expect(known.stdout).toContain('✓ Signer: known\n  Signed by “Ann of the press”, whose key you trust.')

    await ann.rotate()
    await sign()
    expect((await check()).stdout).toContain('with a newer key: the one you trust has named it as its successor')

    const revoked = await by(
      'keys',
      'trust',
      'revoke',
      'Ann of the press',
      '--reason',
      'She told me.',
      '--since',
      '2026-01-31',
    )
    expect(revoked.code, revoked.stderr).toBe(0)
    expect((await check()).stdout).toContain('✗ Signer: unknown')
    expect((await by('keys', 'trust', 'list')).stdout).toMatch(
      /Ann of the press \(.*; revoked since 2026-01-31 by you\)/,
    )

    await by('keys', 'trust', 'add', certificate(), '--name', 'Ann')
    const notice = join(root, 'revocation.json')
    const { notice: envelope } = await ann.revokeOwn({
      since: '2026-02-01T00:00:00.000Z',
      reason: 'The laptop was stolen.',
    })
    await writeFile(notice, JSON.stringify(envelope))
    expect((await by('keys', 'trust', 'add', notice)).code).toBe(0)
    const last = await check()
    expect(last.code).toBe(3)
    expect(last.stdout).toContain(
      '✗ Signer: revoked\n  The signer has revoked this key, since 2026-02-01: “The laptop was stolen.”.',
    )
    const json = (await by('verify', folder, '--json')).events().at(-1)
    expect(json).toMatchObject({ result: { ok: false, signature: 'valid', signer: { state: 'revoked' } } })
  })

  it('makes a new key that the old one names, and writes the notice to a new file only', async () => {
    const mine = join(root, 'mine')
    const by = async (...args: string[]) => fixative(['keys', ...args], { home: mine })
    const notice = join(root, 'successor.json')
    await by('name', 'Ann')
    const before = (await by('show', '--json')).events().at(-1)!['result'] as { keyId: string; name: string }
    expect(before.name).toBe('Ann')
    expect((await by('rotate', notice)).code).toBe(0)
    const after = (await by('show', '--json')).events().at(-1)!['result'] as { keyId: string }
    expect(after.keyId).not.toBe(before.keyId)
    expect(parseNotice(await readFile(notice, 'utf8')).notice.kind).toBe('succession')
    const again = await by('rotate', notice)
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('exists already')
    expect((await by('show', '--json')).events().at(-1)).toMatchObject({ result: { keyId: after.keyId } })
  })

  it('finds claims that the counts do not bear out, although they are signed', async () => {
    statement.predicate.certification!.headline.protectedAtMost = 0.1
    statement.predicate.certification!.protected.curve[0]!.bound = 0.1
    statement.predicate.certification!.runs!.protectedAtMost = 0.12
    await writeFile(certificate(), signStatement(statement, ownKey))
    const { code, stdout } = await verify()
    expect(code).toBe(3)
    expect(stdout).toContain('✓ Signature: valid')
    expect(stdout).toContain('✗ Bound: the counts in the certificate do not give what it claims')
    expect(stdout).toContain('at most 54 %')
    expect(stdout).toContain('at most 51 %')
  })

  it.each([
    ['a certificate that is not JSON', 'hello', 'not JSON'],
    ['an empty certificate', '', 'not JSON'],
    ['an envelope without a payload', '{"signatures":[]}', 'does not fit the format'],
  ])('refuses %s with exit code 3', async (_, content, reason) => {
    await writeFile(certificate(), content)
    const { code, stderr, stdout } = await verify()
    expect(code).toBe(3)
    expect(stderr).toContain(reason)
    expect(stdout).toBe('')
  })

  it('says that originals are among the protected files', async () => {
    const originals = join(root, 'art')
    await mkdir(originals, { recursive: true })
    await writeFile(join(originals, 'one.png'), FILES['cats/one.png'])
    const { code, stdout } = await verify('--originals', originals)
    expect(code).toBe(3)
    expect(stdout).toMatch(/✗ Originals:.*\n\s+not protected:\n\s+cats\/one\.png/)
  })
})

describe('fixative report', () => {
  it('writes the report again from the certificate alone', async () => {
    const { code, stdout } = await fixative(['report', certificate()], { home })
    expect(code).toBe(0)
    expect(stdout).toContain(join(folder, 'fixative-report.html'))
    const page = await readFile(join(folder, 'fixative-report.html'), 'utf8')
    expect(page).toContain('nine in ten recognise at most 54 % of your pictures')
    expect(page).toContain('dogs/😀.png')
  })
})
