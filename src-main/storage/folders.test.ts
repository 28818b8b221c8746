import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dataFolder, openStorage, writeAtomically } from './folders.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fixative-storage-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})
const mode = (path: string): number => statSync(path).mode & 0o777

describe('storage', () => {
  it.skipIf(process.platform === 'win32')(
    'keeps jobs in folders and files of their owner alone (no modes on Windows)',
    async () => {
      const folder = openStorage(root).job('a-1')
      await folder.create()
      await folder.writeJson('x.json', { a: 1 })
      expect([mode(folder.path), mode(folder.file('x.json'))]).toEqual([0o700, 0o600])
      expect(await openStorage(root).jobs()).toEqual(['a-1'])
      expect(await folder.readJson('x.json', z.object({ a: z.number() }))).toEqual({ a: 1 })
      await folder.remove()
      expect(await openStorage(root).jobs()).toEqual([])
    },
  )

  it.each(['../x', '', 'a/b', '..', '.hidden', 'a'.repeat(101)])('refuses "%s" as the name of a job', (id) => {
    expect(() => openStorage(root).job(id)).toThrow(expect.objectContaining({ code: 'job-id-invalid' }) as Error)
  })

  it('tells a missing file from a damaged one', async () => {
    const folder = openStorage(root).job('a')
    await folder.create()
    const schema = z.strictObject({ a: z.number() })
    expect(await folder.readJson('x.json', schema)).toBeNull()
    writeFileSync(folder.file('x.json'), '{"a": 1')
    await expect(folder.readJson('x.json', schema)).rejects.toMatchObject({ code: 'job-damaged' })
    writeFileSync(folder.file('x.json'), '{"a": "1"}')
    await expect(folder.readJson('x.json', schema)).rejects.toMatchObject({ code: 'job-damaged' })
  })

  it('gives tensors back bit for bit, and refuses a file that is cut off', async () => {
    const folder = openStorage(root).job('a')
    await folder.create()
    const odd = Float32Array.of(1.5, -0, NaN, Infinity).subarray(1)
    await folder.writeTensors('t', { note: 'äöü' }, { odd, none: new Float32Array(0) })
    const schema = z.strictObject({ note: z.string() })
    expect(await folder.readTensors('t', schema)).toEqual({
      meta: { note: 'äöü' },
      tensors: { odd: Float32Array.of(-0, NaN, Infinity), none: new Float32Array(0) },
    })
    const whole = statSync(folder.file('t')).size
    truncateSync(folder.file('t'), whole - 1)
    await expect(folder.readTensors('t', schema)).rejects.toMatchObject({ code: 'job-damaged' })
    truncateSync(folder.file('t'), 2)
    await expect(folder.readTensors('t', schema)).rejects.toMatchObject({ code: 'job-damaged' })
  })

  it('leaves no temporary file, whether a write succeeds or not', async () => {
    await writeAtomically(join(root, 'a'), 'one')
    await writeAtomically(join(root, 'a'), 'two')
    await expect(writeAtomically(join(root, 'none', 'a'), 'x')).rejects.toMatchObject({ code: 'folder-gone' })
    expect(readdirSync(root)).toEqual(['a'])
  })

  it('lies where FIXATIVE_HOME says', () => {
    const before = process.env['FIXATIVE_HOME']
    process.env['FIXATIVE_HOME'] = root
    expect(dataFolder()).toBe(root)
    delete process.env['FIXATIVE_HOME']
    expect(dataFolder()).toMatch(/fixative/i)
    if (before !== undefined) process.env['FIXATIVE_HOME'] = before
  })
})
