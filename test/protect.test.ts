import { limitsFor } from '../src-main/core/visibility/target.js'
import { createPublicKey } from 'node:crypto'
import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawCollection } from '../scripts/sample-collection.js'
import { openEnvelope } from '../src-main/core/certificate/dsse.js'
import { STRENGTHS } from '../src-main/core/settings.js'
import { LARGEST_CHANGE } from '../src-main/images/sight.js'
import { fixative, snapshot, type Outcome } from './support/fixative.js'

let root: string
let home: string
let input: string
let output: string
let originals: Record<string, string>
let result: Outcome

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fixative-protect-'))
  home = join(root, 'home')
  input = join(root, 'my art')
  output = join(root, 'my art-protected')
  await drawCollection(input, { perClass: 10, classes: 3, smallest: 40, largest: 64 })
  originals = await snapshot(input)
  result = await fixative(
    [
      'protect',
      input,
      '--resolution',
      '32',
      '--draws',
      '60',
      '--runs',
      '0',
      '--q',
      '0.8',
      '--format',
      'png',
      '--seed',
      '5',
      '--json',
    ],
    {
      home,
    },
  )
}, 300_000)
afterAll(() => rm(root, { recursive: true, force: true }))

describe('fixative protect', () => {
  it('ends with exit code 0, prints nothing but events, and leaves the originals as they were', async () => {
    expect(result.code, result.stdout + result.stderr).toBe(0)
    expect(result.stderr).toBe('')
    const events = result.events()
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['stage', 'progress', 'warning', 'result']))
    expect(events.at(-1)).toMatchObject({ type: 'result', result: { output, images: 30, skipped: 0 } })
    expect(events.find(({ type }) => type === 'warning')).toMatchObject({ code: 'seed-given' })
    expect(await snapshot(input)).toEqual(originals)
  })

  it('writes the same tree, a certificate and a report, and nothing else', async () => {
    const expected = (await readdir(input, { recursive: true })).map((name) => name.replace(/\.jpg$/, '.png'))
    const written = await readdir(output, { recursive: true })
    expect(written.sort()).toEqual([...expected, 'fixative-certificate.json', 'fixative-report.html'].sort())
  })

  it('changes every picture, by no more than the largest change and as visibly as wanted', async () => {
    for (const name of (await readdir(input, { recursive: true })).filter((n) => n.endsWith('.png'))) {
      const pixels = (folder: string) => sharp(join(folder, name)).removeAlpha().toColourspace('srgb').raw().toBuffer()
      const [before, after] = await Promise.all([pixels(input), pixels(output)])
      const largest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0)
      expect(largest, name).toBeGreaterThan(0)
      expect(largest, name).toBeLessThanOrEqual(LARGEST_CHANGE)
    }
    const { statement } = openEnvelope(await readFile(join(output, 'fixative-certificate.json')))
    const { quality, largestChange } = statement.predicate.protection
    expect(largestChange).toBeLessThanOrEqual(LARGEST_CHANGE)
    expect(quality.flip!.max).toBeLessThan(1.05 * limitsFor(STRENGTHS.balanced, 1).mean)
  })

  it('certifies with counts for every draw, and keeps secrets out of the output', async () => {
    const { statement, signed } = openEnvelope(await readFile(join(output, 'fixative-certificate.json')))
    expect(signed).toBe(true)
    const { certification } = statement.predicate
    expect(certification?.protected.correct).toHaveLength(60)
    expect(certification?.control.correct).toHaveLength(60)
    expect(certification?.testImages).toBe(6)
    const text = JSON.stringify(statement)
    for (const secret of [root, home, '"seed"', '"delta"']) expect(text).not.toContain(secret)
    const report = await readFile(join(output, 'fixative-report.html'), 'utf8')
    expect(report).not.toContain(root)
  })

  it('keeps its data to the owner', async () => {
    if (process.platform === 'win32') return
    for (const name of await readdir(home, { recursive: true })) {
      expect((await stat(join(home, name))).mode & 0o077, name).toBe(0)
    }
  })

  it('verifies, recertifies, and says it to people', async () => {
    const verified = await fixative(['verify', output, '--originals', input], { home })
    expect(verified.code, verified.stdout).toBe(0)
    const again = await fixative(['recertify', output], { home })
    expect(again.code, again.stdout + again.stderr).toBe(0)
    expect(again.stdout).toContain('All 120 draws gave the same scores again.')
  })

  it('recertify names a changed file, and ends with exit code 3', async () => {
    const name = (await readdir(output, { recursive: true })).find((n) => n.endsWith('.png'))!
    const bytes = await readFile(join(output, name))
    await appendFile(join(output, name), 'x')
    const again = await fixative(['recertify', output, '--json'], { home })
    expect(again.code).toBe(3)
    expect(again.stdout).toContain(name.replaceAll('\\', '/'))
    await writeFile(join(output, name), bytes)
  })

  it('exports the key that signed, never over a file that exists', async () => {
    const file = join(root, 'key.pem')
    expect((await fixative(['keys', 'export', file], { home })).code).toBe(0)
    const { publicKey } = openEnvelope(await readFile(join(output, 'fixative-certificate.json')))
    const pem = await readFile(file, 'utf8')
    expect(createPublicKey(pem).export({ type: 'spki', format: 'pem' })).toBe(publicKey)
    const second = await fixative(['keys', 'export', file], { home })
    expect(second.code).toBe(2)
    expect(await readFile(file, 'utf8')).toBe(pem)
  })

  it('moves a key to another computer', async () => {
    const file = join(root, 'private.pem')
    const env = { FIXATIVE_PASSPHRASE: 'a good long phrase' }
    expect((await fixative(['keys', 'export', '--private', file], { home, env })).code).toBe(0)
    expect(await readFile(file, 'utf8')).toContain('ENCRYPTED')
    const other = join(root, 'other home')
    expect((await fixative(['keys', 'import', file], { home: other })).code).toBe(1)
    expect((await fixative(['keys', 'import', file], { home: other, env })).code).toBe(0)
    const shown = await Promise.all([home, other].map((at) => fixative(['keys', 'show', '--json'], { home: at })))
    const [a, b] = shown.map((outcome) => (outcome.events()[0]!['result'] as { keyId: string }).keyId)
    expect(b).toBe(a)
  })
})
