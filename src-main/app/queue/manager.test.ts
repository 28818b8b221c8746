import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FixativeError } from '../../core/errors.js'
import { DEFAULT_SETTINGS } from '../../core/settings.js'
import { jobSchema, type Emit, type Job } from '../../../src-shared/contract/index.js'
import type { JobResult } from '../../core/job-events.js'
import { openQueueJournal } from './queue-file.js'
import { JobManager, type RunControl } from './manager.js'

let folder: string
let runs: { job: Job; control: RunControl; finish: (result: JobResult) => void; fail: (error: unknown) => void }[]
let discarded: string[]
let events: { name: string; payload: unknown }[]
const emit: Emit = (name, payload) => void events.push({ name, payload })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-queue-'))
  runs = []
  discarded = []
  events = []
})
afterEach(() => rm(folder, { recursive: true }))

/** A manager whose runs are ended by the test; like the pipeline, a run rejects when it is told to stop. */
async function open(): Promise<JobManager> {
  const manager = await JobManager.open({
    journal: openQueueJournal(folder),
    emit,
    discard: async ({ id }) => void discarded.push(id),
    forget: async () => undefined,
    run: (job, control) =>
      new Promise((finish, fail) => {
        runs.push({ job, control, finish, fail })
        control.signal.addEventListener('abort', () => fail(control.signal.reason))
      }),
  })
  manager.start()
  return manager
}

const given = (name: string): Pick<Job, 'name' | 'folder' | 'output' | 'settings'> => ({
  name,
  folder: `/in/${name}`,
  output: `/out/${name}`,
  settings: DEFAULT_SETTINGS,
})
const result = (jobId: string): JobResult => ({
  jobId,
  output: '/out',
  certificate: '/out/c',
  report: '/out/r',
  images: 3,
  skipped: 0,
  headline: 'h',
  details: [],
  verdict: 'weak',
  explanation: 'e',
  seconds: 1,
})
const until = async (condition: () => boolean): Promise<void> => expect.poll(condition).toBe(true)

describe('JobManager', () => {
  it('runs one job at a time, in order, and tells the places in the queue', async () => {
    const manager = await open()
    const [a, b, c] = [await manager.add(given('a')), await manager.add(given('b')), await manager.add(given('c'))]
    expect(new Set([a.id, b.id, c.id]).size).toBe(3)
    expect(manager.list().map(({ name, state, position }) => [name, state, position])).toEqual([
      ['a', 'running', null],
      ['b', 'queued', 0],
      ['c', 'queued', 1],
    ])
    await until(() => runs.length === 1)
    runs[0]!.finish(result(a.id))
    await until(() => runs.length === 2)
    expect(manager.get(a.id)).toMatchObject({ state: 'done', result: { images: 3 }, error: null })
    expect(manager.get(c.id).position).toBe(0)
    await manager.close()
  })

  it('follows the stages and sends valid snapshots, at most five a second', async () => {
    const manager = await open()
    const { id } = await manager.add(given('a'))
    await until(() => runs.length === 1)
    const { onEvent } = runs[0]!.control
    onEvent({ type: 'stage', stage: 'learn', title: 'Learning the noise' })
    const before = events.length
    for (let done = 1; done <= 1000; done++) {
      onEvent({ type: 'progress', stage: 'learn', done, total: 1000, unit: 'round', etaSeconds: 1000 - done })
    }
    onEvent({ type: 'skipped', path: 'x.png', reason: 'truncated' })
    expect(events.length - before).toBeLessThanOrEqual(1)
    await until(() => events.length > before)
    const job = manager.get(id)
    expect(job.stages.find(({ stage }) => stage === 'learn')).toMatchObject({
      state: 'running',
      done: 1000,
      unit: 'round',
    })
    expect(job.stages.find(({ stage }) => stage === 'scan')?.state).toBe('done')
    expect(job).toMatchObject({ skippedCount: 1, etaSeconds: 0 })
    for (const { name, payload } of events) if (name === 'jobs.changed') jobSchema.parse(payload)
    await manager.close()
  })

  it('pauses, resumes before the others, and cancels in every state', async () => {
    const manager = await open()
    const a = await manager.add(given('a'))
    const b = await manager.add(given('b'))
    await until(() => runs.length === 1)
    expect(await manager.pause(a.id)).toMatchObject({ state: 'paused', stopping: false })
    await until(() => runs.length === 2)
    const c = await manager.add(given('c'))
    expect((await manager.resume(a.id)).position).toBe(0)
    expect(manager.get(c.id).position).toBe(1)
    expect(await manager.cancel(b.id)).toMatchObject({ state: 'cancelled' })
    await until(() => runs.length === 3)
    expect(runs[2]!.job.id).toBe(a.id)
    expect(await manager.cancel(c.id)).toMatchObject({ state: 'cancelled' })
    await manager.pause(a.id)
    expect(await manager.cancel(a.id)).toMatchObject({ state: 'cancelled' })
    expect(discarded).toEqual([b.id, c.id, a.id])
    await manager.close()
  })

  it('a failed job keeps its reason, does not stop the queue, and can be tried again', async () => {
    const manager = await open()
    const a = await manager.add(given('a'))
    const b = await manager.add(given('b'))
    await until(() => runs.length === 1)
    runs[0]!.fail(new FixativeError('disk-full', 'The disk is full.', 'Make room.'))
    await until(() => runs.length === 2)
    expect(manager.get(a.id)).toMatchObject({ state: 'failed', error: { code: 'disk-full', hint: 'Make room.' } })
    expect(await manager.retry(a.id)).toMatchObject({ state: 'queued', error: null, finishedAt: null })
    runs[1]!.finish(result(b.id))
    await until(() => runs.length === 3)
    expect(runs[2]!.job.id).toBe(a.id)
    await manager.close()
  })

  it('refuses what a job cannot do now', async () => {
    const manager = await open()
    const { id } = await manager.add(given('a'))
    await expect(manager.resume(id)).rejects.toMatchObject({ code: 'wrong-state' })
    await expect(manager.remove(id)).rejects.toMatchObject({ code: 'wrong-state' })
    await expect(manager.retry(id)).rejects.toMatchObject({ code: 'wrong-state' })
    await expect(manager.pause('other')).rejects.toMatchObject({ code: 'job-unknown' })
    await manager.cancel(id)
    await expect(manager.cancel(id)).rejects.toMatchObject({ code: 'wrong-state' })
    await manager.remove(id)
    expect(manager.list()).toEqual([])
    expect(await readdir(folder)).toEqual([])
    await manager.close()
  })

  it('goes on after the app was closed or has crashed: first what ran, then the rest; paused stays paused', async () => {
    const first = await open()
    const paused = await first.add(given('paused'))
    await until(() => runs.length === 1)
    await first.pause(paused.id)
    const running = await first.add(given('running'))
    const waiting = await first.add(given('waiting'))
    await until(() => runs.length === 2)
    // A crash: nothing is closed, the file still says `running`.
    const afterCrash = await open()
    await until(() => runs.length === 3)
    expect(runs[2]!.job.id).toBe(running.id)
    expect(afterCrash.get(waiting.id).state).toBe('queued')
    expect(afterCrash.get(paused.id).state).toBe('paused')
    await afterCrash.close()
    const afterClose = await open()
    await until(() => runs.length === 4)
    expect(runs[3]!.job.id).toBe(running.id)
    await afterClose.close()
    await first.close()
  })

  it('lets other work run alone: it is refused beside a job, and jobs wait for it', async () => {
    const manager = await open()
    let end = (): void => undefined
    const work = (): Promise<void> => new Promise((done) => (end = done))
    const first = manager.alone(work)
    expect(manager.busy).toBe(true)
    expect(() => manager.alone(work)).toThrow('A stress test is running.')
    const { id } = await manager.add(given('a'))
    expect(manager.get(id)).toMatchObject({ state: 'queued', position: 0 })
    end()
    await first
    await until(() => runs.length === 1)
    expect(() => manager.alone(work)).toThrow('"a" is being protected.')
    runs[0]!.finish(result(id))
    await until(() => !manager.busy)
    await manager.close()
    expect(() => manager.alone(work)).toThrow('closing')
  })

  it('passes over files in its folder that are no jobs', async () => {
    await writeFile(join(folder, 'a.json'), '{"version":1,"order":1}')
    await writeFile(join(folder, 'b.json'), '{"version":')
    const manager = await open()
    expect(manager.list()).toEqual([])
    await manager.close()
  })
})
