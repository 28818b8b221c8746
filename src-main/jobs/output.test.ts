import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FixativeError } from '../core/errors.js'
import { publicReason } from './job.js'
import type { JobRecord } from './journal.js'
import { lockJob } from '../storage/lock.js'
import {
  MARKER_NAME,
  abandonOutput,
  checkSpace,
  claimOutput,
  inspectOutput,
  releaseOutput,
  removeFiles,
} from './output.js'
import { defaultOutput, resolvePaths } from './paths.js'
import { countsOf, heldOut, notCertifiable } from '../core/certify/holdout.js'
import { openStorage } from '../storage/folders.js'
import { snapshot } from '../../test/support/collection.js'

let root: string
let out: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fixative-output-'))
  out = join(root, 'out')
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

describe('output folder', () => {
  const claim = async (job = 'job') => claimOutput(out, job, await inspectOutput(out, job), new Set())

  it('is recognised by its marker, by this job and by others', async () => {
    expect(await inspectOutput(out, 'job')).toEqual({ kind: 'empty' })
    await claim()
    expect(await inspectOutput(out, 'job')).toEqual({ kind: 'resumed', replaces: {} })
    expect(await inspectOutput(out, 'other')).toEqual({ kind: 'unfinished', job: 'job', replaces: {} })
  })

  it('loses half-written files and what it replaces, but never a file that was changed', async () => {
    mkdirSync(join(out, 'a'), { recursive: true })
    writeFileSync(join(out, 'a', 'old.png'), 'old')
    writeFileSync(join(out, 'edited.png'), 'edited')
    writeFileSync(join(out, '.fixative-0a1b2c3d-0000-4000-8000-000000000000.tmp'), 'half')
    const hash = snapshot(out)['a/old.png']!
    await claimOutput(out, 'job', { kind: 'finished', files: { 'a/old.png': hash, 'edited.png': hash } }, new Set())
    expect(Object.keys(snapshot(out)).sort()).toEqual([MARKER_NAME, 'edited.png'])
  })

  it('is taken for foreign when its marker is not one', async () => {
    mkdirSync(out)
    writeFileSync(join(out, MARKER_NAME), '{"fixative":"job in progress"}')
    await expect(inspectOutput(out, 'job')).rejects.toMatchObject({ code: 'output-not-empty' })
  })

  it('is taken for empty when only the system has left something there', async () => {
    mkdirSync(out)
    writeFileSync(join(out, '.DS_Store'), '')
    expect(await inspectOutput(out, 'job')).toEqual({ kind: 'empty' })
  })

  it('goes away when nothing was written, and is left alone when it is another job’s', async () => {
    await claim()
    await abandonOutput(out, 'other')
    expect(Object.keys(snapshot(out))).toEqual([MARKER_NAME])
    await abandonOutput(out, 'job')
    expect(() => snapshot(out)).toThrow('ENOENT')
    await claim()
    await releaseOutput(out)
    expect(snapshot(out)).toEqual({})
  })

  it('takes no marker at its word that leads out of the folder', async () => {
    mkdirSync(out)
    writeFileSync(join(root, 'victim.txt'), 'x')
    const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    const marker = { fixative: 'job in progress', job: 'job', replaces: { '../victim.txt': sha256 } }
    writeFileSync(join(out, MARKER_NAME), JSON.stringify(marker))
    await expect(inspectOutput(out, 'job')).rejects.toMatchObject({ code: 'output-not-empty' })
    expect(Object.keys(snapshot(root)).sort()).toEqual([`out/${MARKER_NAME}`, 'victim.txt'])
  })

  it('never follows a name out of the folder', async () => {
    mkdirSync(out)
    writeFileSync(join(root, 'mine'), 'x')
    await removeFiles(out, [['nothing/there', 'x']])
    expect(Object.keys(snapshot(root))).toEqual(['mine'])
  })

  it('is refused when the disk is too small', async () => {
    await checkSpace(join(out, 'not', 'there', 'yet'), 1)
    await expect(checkSpace(out, 1e18)).rejects.toMatchObject({ code: 'disk-full' })
  })
})

describe('paths', () => {
  it('default to a folder beside the originals', async () => {
    expect(defaultOutput('/a/b/')).toBe('/a/b-protected')
    mkdirSync(join(root, '-in'))
    const { input, output } = await resolvePaths(join(root, '-in'))
    expect([input, output]).toEqual([join(root, '-in'), join(root, '-in-protected')])
  })

  it('see through links in both directions', async () => {
    mkdirSync(join(root, 'in', 'sub'), { recursive: true })
    symlinkSync(join(root, 'in', 'sub'), join(root, 'link'))
    await expect(resolvePaths(join(root, 'in'), join(root, 'link'))).rejects.toMatchObject({
      code: 'output-inside-input',
    })
    await expect(resolvePaths(join(root, 'link'), join(root, 'in'))).rejects.toMatchObject({
      code: 'input-inside-output',
    })
  })

  it('accept a folder whose name merely begins the same', async () => {
    mkdirSync(join(root, 'in'))
    await expect(resolvePaths(join(root, 'in'), join(root, 'in2'))).resolves.toBeDefined()
    await expect(resolvePaths(join(root, 'in'), join(root, '..in'))).resolves.toBeDefined()
  })

  it('are not told to the public', () => {
    const record = { input: '/home/ann/in', output: '/home/ann/out' } as JobRecord
    const error = new FixativeError('x', '"/home/ann/in/a/b.jpg" does not go into "/home/ann/out/a/b.png".')
    expect(publicReason(error, record)).toBe('"a/b.jpg" does not go into "a/b.png".')
    expect(publicReason(new Error('/home/ann'), record)).not.toContain('ann')
  })
})

describe('split', () => {
  it.each([
    [1, 0],
    [2, 1],
    [8, 2],
    [10, 2],
    [150, 30],
  ])('of %i pictures holds %i out', (count, held) => {
    expect(heldOut(count)).toBe(held)
  })

  it('says what is too little for a certificate', () => {
    const classes = (...counts: number[]) => counts.flatMap((count, k) => new Array<number>(count).fill(k))
    expect(notCertifiable(countsOf(1, classes(100)))).toBe('one-class')
    expect(notCertifiable(countsOf(2, classes(8, 7)))).toBe('few-images')
    expect(notCertifiable(countsOf(2, classes(8, 8)))).toBeNull()
  })
})

describe('lock', () => {
  it('is for one process at a time, and does not outlive it', async () => {
    const storage = openStorage(root)
    const folder = storage.job('j')
    const unlock = await lockJob(folder)
    await expect(lockJob(folder)).rejects.toMatchObject({ code: 'job-running' })
    await (
      await lockJob(storage.job('other'))
    )()
    await unlock()
    const program = `import { lockJob } from ${JSON.stringify(new URL('../storage/lock.ts', import.meta.url).href)}
      await lockJob({ path: ${JSON.stringify(folder.path)} })
      process.stdout.write('locked')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '-e',
      program,
    ])
    await once(child.stdout, 'data')
    await expect(lockJob(folder)).rejects.toMatchObject({ code: 'job-running' })
    child.kill('SIGKILL')
    await once(child, 'close')
    await (
      await lockJob(folder)
    )()
  })
})
