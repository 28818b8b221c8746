import { limitsFor } from '../core/visibility/target.js'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import { LARGEST_CHANGE } from '../images/sight.js'
import type { JobEvent } from '../core/job-events.js'
import type { JobContext } from './job.js'
import { discardJob, protect } from './protect.js'
import { recertify } from './recertify.js'
import { Bench, QUICK, drawCollection, drawImage, snapshot } from '../../test/support/collection.js'
import { verify } from '../certificates/verify-folder.js'

const CERTIFICATE = 'fixative-certificate.json'
const REPORT = 'fixative-report.html'

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.close())

const statementOf = (output: string) => openEnvelope(readFileSync(join(output, CERTIFICATE))).statement
const run = (context: JobContext, settings = QUICK) => protect({ input: bench.input, settings }, context)
const skippedOf = (events: readonly JobEvent[]) =>
  Object.fromEntries(events.flatMap((e) => (e.type === 'skipped' ? [[e.path, e.reason]] : [])))
const without = (files: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)))

describe('protect', () => {
  it('protects, certifies and signs a collection, and leaves the originals alone', async () => {
    await drawCollection(bench.input, { cats: 10, dogs: 12, 'wild 🐦 birds': 10 })
    const before = snapshot(bench.input)
    const context = bench.context()
    const result = await run(context)
    expect(snapshot(bench.input)).toEqual(before)

    const after = snapshot(bench.output)
    expect(Object.keys(after)).toEqual([...Object.keys(before), CERTIFICATE, REPORT].sort())
    for (const [name, hash] of Object.entries(before)) expect(after[name]).not.toBe(hash)
    const { predicate, subject } = statementOf(bench.output)
    expect(subject).toHaveLength(32)
    expect(predicate.collection.classes).toEqual([
      { name: 'cats', count: 10 },
      { name: 'dogs', count: 12 },
      { name: 'wild 🐦 birds', count: 10 },
    ])
    expect(predicate.protection.largestChange).toBeLessThanOrEqual(LARGEST_CHANGE)
    expect(predicate.certification).toMatchObject({ trainImages: 26, testImages: 6, draws: 20, chance: 1 / 3 })
    expect(result).toMatchObject({ images: 32, skipped: 0, verdict: 'inconclusive' })

    // Nothing that would give the noise or the user away.
    const published = readFileSync(join(bench.output, CERTIFICATE), 'utf8') + JSON.stringify(predicate)
    const seed = JSON.parse(readFileSync(bench.storage.job(result.jobId).file('job.json'), 'utf8')) as { seed: string }
    expect(seed.seed).toBe('7')
    expect(published).not.toContain(bench.root)
    expect(Object.keys(predicate)).not.toContain('seed')

    const stages = bench.events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []))
    expect(stages).toEqual(['scan', 'thumbnails', 'label', 'split', 'learn', 'export', 'certify', 'sign'])
    expect(bench.events.at(-1)).toEqual({ type: 'result', result })
    expect((await verify(bench.output, { ring: EMPTY_RING })).ok).toBe(true)

    const again = await recertify(bench.output, context)
    expect(again.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(again.checks.map(({ name }) => name)).toContain('draws')

    const noise = bench.storage.job(result.jobId).file('fields.i8')
    const bytes = readFileSync(noise)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(noise, bytes)
    expect(await recertify(bench.output, context)).toMatchObject({ ok: false })
  })

  it('makes every picture as visible as was asked for, and can recompute all of it', async () => {
    await drawCollection(bench.input, { a: 9, b: 9 })
    const context = bench.context()
    const result = await run(context, { ...QUICK, visibility: 0.06 })
    const { protection } = statementOf(bench.output).predicate
    const { quality } = protection
    expect(protection).toMatchObject({ strength: 'custom', visibility: 0.06 })
    const [least, most] = [limitsFor(0.06, 0).mean, limitsFor(0.06, 1).mean]
    expect(quality.flip!.max).toBeLessThan(1.05 * most)
    expect(quality.flip!.mean).toBeGreaterThan(0.95 * least)
    expect(quality.worst).toHaveLength(10)
    expect(quality.worst[0]!.flip).toBe(quality.flip!.max)
    expect(readFileSync(result.report, 'utf8')).toContain(quality.worst[0]!.name)
    expect((await recertify(bench.output, context)).checks.filter(({ ok }) => !ok)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('does not wait for a pipe where a certified file was', async () => {
    await drawCollection(bench.input, { a: 2, b: 2 })
    const context = bench.context()
    await run(context)
    const { name } = statementOf(bench.output).subject[0]!
    rmSync(join(bench.output, name))
    execFileSync('mkfifo', [join(bench.output, name)])
    const failed = (await recertify(bench.output, context)).checks.filter(({ ok }) => !ok)
    expect(failed).toEqual([{ name: 'files', ok: false, detail: `"${name}" is missing or was changed.` }])
  })

  it('gives the same files and scores whatever the number of workers', async () => {
    await drawCollection(bench.input, { a: 9, b: 9, c: 8 })
    const results = []
    for (const workers of [1, 2]) {
      const output = join(bench.root, `out-${workers}`)
      await protect({ input: bench.input, output, settings: QUICK }, bench.context(workers))
      const { certification } = statementOf(output).predicate
      results.push({ files: without(snapshot(output), CERTIFICATE, REPORT), certification })
    }
    expect(results[1]).toEqual(results[0])
  })

  it('lists what it leaves out, with reasons, and protects the rest', async () => {
    await drawCollection(bench.input, { a: 9, b: 9 })
    const at = (name: string) => join(bench.input, 'a', name)
    copyFileSync(at('picture 0.png'), at('picture 0 copy.png'))
    writeFileSync(at('empty.png'), '')
    writeFileSync(at('text.png'), 'hello')
    writeFileSync(at('cut.png'), readFileSync(at('picture 1.png')).subarray(0, 900))
    const result = await run(bench.context(), { ...QUICK, certify: false })
    expect(Object.keys(skippedOf(bench.events)).sort()).toEqual([
      'a/cut.png',
      'a/empty.png',
      'a/picture 0.png',
      'a/text.png',
    ])
    expect(result).toMatchObject({ images: 18, skipped: 4 })
    expect(statementOf(bench.output).predicate.collection.skipped).toHaveLength(4)
    expect(Object.keys(snapshot(bench.output))).toHaveLength(20)
  })

  it.each([
    ['one class', { only: 10 }, QUICK, /two classes/],
    ['too few images', { a: 10, b: 3 }, QUICK, /8 different pictures/],
    ['certification turned off', { a: 9, b: 9 }, { ...QUICK, certify: false }, /turned off/],
    ['one picture', { only: 1 }, QUICK, /two classes/],
  ])('protects %s without a certification, and says why', async (_, counts, settings, reason) => {
    await drawCollection(bench.input, counts)
    const before = snapshot(bench.input)
    const result = await run(bench.context(), { ...settings, labels: 'folders' })
    expect(result.verdict).toBeNull()
    expect(result.explanation).toMatch(reason)
    const { predicate } = statementOf(bench.output)
    expect(predicate.certification).toBeNull()
    const after = snapshot(bench.output)
    for (const [name, hash] of Object.entries(before)) expect(after[name]).not.toBe(hash)
    expect(predicate.protection.largestChange).toBeGreaterThan(0)
  })

  it('groups a flat folder by look', async () => {
    mkdirSync(bench.input)
    for (const kind of [0, 1]) {
      for (let i = 0; i < 10; i++) await drawImage(join(bench.input, `${kind}-${i}.png`), kind, i)
    }
    await run(bench.context())
    const { collection, certification } = statementOf(bench.output).predicate
    expect(collection.labelSource).toBe('auto')
    expect(collection.classes).toEqual([
      { name: 'group 1', count: 10 },
      { name: 'group 2', count: 10 },
    ])
    expect(certification).not.toBeNull()
  })

  it('leaves out pictures that change or vanish while it runs', async () => {
    await drawCollection(bench.input, { a: 9, b: 9 })
    const onEvent = (event: JobEvent): void => {
      bench.events.push(event)
      if (event.type !== 'stage' || event.stage !== 'learn') return
      rmSync(join(bench.input, 'a', 'picture 3.png'))
      copyFileSync(join(bench.input, 'b', 'picture 1.png'), join(bench.input, 'b', 'picture 2.png'))
    }
    await run(bench.context(2, { onEvent }), { ...QUICK, certify: false })
    const skipped = skippedOf(bench.events)
    expect(skipped['a/picture 3.png']).toMatch(/not there any more/)
    expect(skipped['b/picture 2.png']).toMatch(/changed/)
    expect(Object.keys(snapshot(bench.output))).toHaveLength(18)
  })
})

describe('folders', () => {
  beforeEach(() => drawCollection(bench.input, { a: 2 }))
  const request = (input: string, output?: string) =>
    protect({ input, settings: QUICK, ...(output === undefined ? {} : { output }) }, bench.context(1))

  it.each([
    ['input-missing', 'nowhere', undefined],
    ['input-not-a-folder', 'in/a/picture 0.png', undefined],
    ['output-is-input', 'in', 'in'],
    ['output-inside-input', 'in', 'in/out'],
    ['output-inside-input', 'in', 'link/deep/out'],
    ['input-inside-output', 'in/a', 'in'],
    ['output-not-a-folder', 'in', 'in/a/picture 0.png'],
    ['output-not-empty', 'in', 'foreign'],
    ['no-pictures', 'empty', undefined],
  ])('refuses with %s: %s → %s', async (code, input, output) => {
    mkdirSync(join(bench.root, 'foreign'))
    writeFileSync(join(bench.root, 'foreign', 'diary.txt'), 'mine')
    mkdirSync(join(bench.root, 'empty'))
    symlinkSync(bench.input, join(bench.root, 'link'))
    const before = snapshot(bench.root)
    const target = output === undefined ? undefined : join(bench.root, output)
    await expect(request(join(bench.root, input), target)).rejects.toMatchObject({ code })
    expect(snapshot(bench.root)).toEqual(before)
  })

  it('replaces what it has written before, but nothing that was changed or added since', async () => {
    const settings = { ...QUICK, certify: false }
    await run(bench.context(1), settings)
    rmSync(join(bench.input, 'a', 'picture 1.png'))
    await drawImage(join(bench.input, 'a', 'picture 9.png'), 1, 9)
    await run(bench.context(1), settings)
    expect(Object.keys(snapshot(bench.output))).toEqual(['a/picture 0.png', 'a/picture 9.png', CERTIFICATE, REPORT])
    expect((await verify(bench.output, { ring: EMPTY_RING })).ok).toBe(true)

    writeFileSync(join(bench.output, 'a', 'picture 0.png'), 'mine')
    const changed = snapshot(bench.output)
    await expect(run(bench.context(1), settings)).rejects.toMatchObject({ code: 'output-not-empty' })
    expect(snapshot(bench.output)).toEqual(changed)
  })

  it('keeps the private files for their owner alone', async () => {
    const { jobId } = await run(bench.context(1), { ...QUICK, certify: false })
    const folder = bench.storage.job(jobId).path
    for (const name of readdirSync(folder)) expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0])
    expect(statSync(folder).mode & 0o077).toBe(0)
  })

  it('stops soon in the middle of learning, and goes on by its name', async () => {
    const controller = new AbortController()
    let aborted = 0
    const onEvent = (event: JobEvent): void => {
      if (event.type !== 'stage' || event.stage !== 'learn' || aborted) return
      setTimeout(() => {
        aborted = performance.now()
        controller.abort(new Error('stop'))
      }, 300)
    }
    const request = { input: bench.input, settings: { ...QUICK, certify: false }, jobId: 'j' }
    await expect(protect(request, bench.context(1, { onEvent, signal: controller.signal }))).rejects.toThrow('stop')
    expect(performance.now() - aborted).toBeLessThan(2000)
    await expect(
      protect({ ...request, settings: { ...request.settings, quality: 90 } }, bench.context(1)),
    ).rejects.toMatchObject({ code: 'job-differs' })
    expect(await protect(request, bench.context(1))).toMatchObject({ jobId: 'j', images: 2 })
    // Asked once more, a finished job has its result at hand.
    const seen: JobEvent[] = []
    await protect(request, bench.context(1, { onEvent: (event) => seen.push(event) }))
    expect(seen.map(({ type }) => type)).toEqual(['result'])
  })

  it('gives an unfinished job up without a trace', async () => {
    const controller = new AbortController()
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'progress' && event.stage === 'export' && event.done === 1) controller.abort(new Error('stop'))
    }
    const context = bench.context(1, { onEvent, signal: controller.signal })
    await expect(protect({ input: bench.input, settings: QUICK, jobId: 'j' }, context)).rejects.toThrow('stop')
    expect(Object.keys(snapshot(bench.output)).length).toBeGreaterThan(0)
    await discardJob(bench.storage, 'j')
    expect(readdirSync(bench.root).sort()).toEqual(['home', 'in'])
    expect(await bench.storage.jobs()).toEqual([])
  })
})
