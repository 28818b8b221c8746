import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exampleStatement, newKey } from '../../test/fixtures/certificate.js'
import { signStatement } from '../core/certificate/dsse.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import { addProtected, certifiedHashes, protectedHashes } from './protected-files.js'
import { protect } from '../jobs/protect.js'
import { Bench, QUICK, drawCollection, snapshot } from '../../test/support/collection.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fixative-protected-'))
})
afterEach(() => rmSync(root, { recursive: true }))

describe('what is protected already', () => {
  it('is known by its hash, whatever a crash has cut off', async () => {
    expect(await protectedHashes(root)).toEqual(new Set())
    await addProtected(root, { job: 'a', at: 'now', sha256: ['1', '2'] })
    appendFileSync(join(root, 'protected.jsonl'), '{"job":"b","at":"now","sha2')
    await addProtected(root, { job: 'c', at: 'now', sha256: ['3'] })
    expect(await protectedHashes(root)).toEqual(new Set(['1', '2', '3']))
  })

  it('is known by a certificate among the pictures, unless a stranger signed it', async () => {
    const { publicKey, privateKey } = newKey()
    const statement = exampleStatement(publicKey)
    const path = join(root, 'a', 'b', 'fixative-certificate.json')
    mkdirSync(join(root, 'a', 'b'), { recursive: true })
    writeFileSync(path, signStatement(statement, privateKey))
    expect(await certifiedHashes(root, ['a/b/c', 'x'], EMPTY_RING)).toEqual({ hashes: new Set(), strangers: [path] })
    const { hashes } = await certifiedHashes(root, ['a/b/c'], { ...EMPTY_RING, own: publicKey })
    expect(hashes).toEqual(new Set(statement.subject.map(({ digest }) => digest.sha256)))
  })

  it('is left out of a job, and protected once more only on request, with a warning', async () => {
    const bench = new Bench()
    try {
      await drawCollection(bench.input, { a: 2, b: 2 })
      const settings = { ...QUICK, certify: false }
      const context = bench.context(1)
      await protect({ input: bench.input, output: bench.output, settings }, context)
      const output = join(bench.root, 'twice')
      const before = snapshot(bench.output)
      const request = { input: bench.output, output, settings }
      await expect(protect(request, context)).rejects.toMatchObject({ code: 'already-protected' })
      expect(() => snapshot(output)).toThrow('ENOENT')

      cpSync(join(bench.input, 'a', 'picture 0.png'), join(bench.output, 'a', 'new.png'))
      const result = await protect(request, context)
      expect(result).toMatchObject({ images: 1, skipped: 4 })
      expect(bench.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'already-protected' }))

      const again = await protect({ ...request, output: join(bench.root, 'again'), again: true }, context)
      expect(again.images).toBe(5)
      expect(bench.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'second-pass' }))
      expect(snapshot(bench.output)).toMatchObject(before)
    } finally {
      await bench.close()
    }
  }, 300_000)
})
