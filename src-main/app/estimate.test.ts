import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Collection, Job } from '../../src-shared/contract/index.js'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import { estimate } from './estimate.js'
import { newJob } from './queue/machine.js'
import { Timings } from './timings.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-estimate-'))
})
afterEach(() => rm(folder, { recursive: true }))

const collection = (images: number, more: Partial<Collection> = {}): Collection =>
  ({ images, megapixels: images * 2, bytes: 1000, output: folder, notCertifiable: null, ...more }) as Collection

/** A finished job whose stages took the given seconds. */
function done(id: string, seconds: Partial<Record<Job['stages'][number]['stage'], number>>, total: number): Job {
  const job = newJob({ id, name: 'n', folder: '/f', output: '/o', settings: DEFAULT_SETTINGS, createdAt: '' })
  const stages = job.stages.map((stage) => ({ ...stage, seconds: seconds[stage.stage] ?? 0 }))
  return { ...job, stages, result: { seconds: total } as Job['result'] }
}

describe('estimate', () => {
  it('says nothing about time before anything was measured, then a range around what was', async () => {
    const timings = await Timings.open(folder)
    expect((await estimate(collection(1000), DEFAULT_SETTINGS, timings)).seconds).toBeNull()
    timings.expect('a', collection(1000))
    await timings.add(done('a', { thumbnails: 10, learn: 50, export: 30, certify: 60 }, 150))
    const again = await Timings.open(folder)
    const { seconds } = await estimate(collection(1000), DEFAULT_SETTINGS, again)
    expect(seconds!.low).toBeLessThan(150)
    expect(seconds!.high).toBeGreaterThan(150)
    const more = await estimate(collection(1000), { ...DEFAULT_SETTINGS, draws: 10_000 }, again)
    expect(more.seconds!.low).toBeGreaterThan(seconds!.low)
    const uncertified = await estimate(collection(1000), { ...DEFAULT_SETTINGS, certify: false }, again)
    expect(uncertified.seconds!.high).toBeLessThan(seconds!.high)
  })

  it('does not learn from a job of which it saw only the end', async () => {
    const timings = await Timings.open(folder)
    timings.expect('a', collection(1000))
    await timings.add(done('a', { thumbnails: 1, learn: 1, export: 1, certify: 1 }, 150))
    await timings.add(done('unknown', { thumbnails: 10, learn: 50, export: 30, certify: 60 }, 150))
    expect(timings.guess(collection(1000), DEFAULT_SETTINGS, null)).toBeNull()
  })

  it('computes what can be computed: the visibility, and how far the draws reach', async () => {
    const timings = await Timings.open(folder)
    const of = (settings: object, more?: Partial<Collection>) =>
      estimate(collection(100, more), { ...DEFAULT_SETTINGS, ...settings }, timings)
    expect(await of({})).toMatchObject({ visibility: 0.1, notes: [] })
    expect((await of({ strength: 'strong' })).visibility).toBe(0.16)
    expect((await of({ strength: 'strong', visibility: 0.07 })).visibility).toBe(0.07)
    expect((await of({})).certifies).toBe('yes')
    expect(await of({ draws: 300 })).toMatchObject({ certifies: 'part', notes: [{ code: 'few-draws' }] })
    expect(await of({ draws: 10 })).toMatchObject({ certifies: 'none', notes: [{ code: 'too-few-draws' }] })
    expect(await of({ certify: false, draws: 10 })).toMatchObject({ certifies: 'off', notes: [] })
    expect(await of({}, { notCertifiable: 'Too few.' })).toMatchObject({
      certifies: 'none',
      notes: [{ code: 'not-certifiable', message: 'Too few.' }],
    })
    expect(await of({}, { bytes: 1e18 })).toMatchObject({ notes: [{ code: 'disk-space' }] })
  })
})
