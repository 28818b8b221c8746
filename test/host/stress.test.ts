import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { stressSchema, type StressTest } from '../../src-shared/contract/index.js'
import { STRESS_ROWS } from '../../src-main/core/stress/rows.js'
import { drawCollection } from './collection.js'
import { endSessions, makePlace, openSession, reached, startJob, type Place } from './session.js'

const SETTINGS = { draws: 20, runs: 0, resolution: 32, workers: 2 }
const TRAININGS = 2 * (STRESS_ROWS.length - 1)

let place: Place
beforeAll(async () => {
  place = await makePlace()
})
afterEach(endSessions)
afterAll(() => place.remove())

it('tests a protected folder, never beside a job, and goes on after it was cancelled', async () => {
  const session = await openSession(place, { rounds: 2, fitSteps: 4 })
  const { client } = session
  await client.request('settings.set', {
    changes: { job: { ...(await client.request('settings.get', {})).job, workers: 2 } },
  })
  const folder = await drawCollection(join(place.root, 'tested'))
  const { id } = await startJob(session, folder, SETTINGS)
  const { output: path } = await reached(session, id, ['done', 'failed'])
  const told: StressTest[] = []
  client.on('stress.changed', (test) => told.push(stressSchema.parse(test)))
  const untested = await client.request('stress.get', { path })
  expect(untested).toMatchObject({ running: false, done: 0, total: TRAININGS, steps: 4, results: [], error: null })

  // Nothing is trained before what is missing is found.
  await rename(folder, `${folder} away`)
  await client.request('stress.start', { path })
  await expect.poll(() => told.at(-1)?.running).toBe(false)
  expect(await client.request('stress.get', { path })).toMatchObject({ done: 0, error: { code: 'original-missing' } })
  await rename(`${folder} away`, folder)

  expect(await client.request('stress.start', { path })).toMatchObject({ running: true, done: 0, error: null })
  await expect(client.request('stress.start', { path })).rejects.toMatchObject({ code: 'busy' })
  await expect(client.request('jobs.remove', { id })).rejects.toMatchObject({ code: 'job-running' })
  const other = await startJob(session, await drawCollection(join(place.root, 'waiting')), SETTINGS)
  await expect.poll(() => told.at(-1)!.results.length, { timeout: 120_000 }).toBeGreaterThan(0)
  expect(await client.request('jobs.get', { id: other.id })).toMatchObject({ state: 'queued' })
  await client.request('stress.cancel', {})
  const cancelled = await client.request('stress.get', { path })
  expect(cancelled).toMatchObject({ running: false, stopping: false, error: null })
  expect(cancelled.results.length).toBeGreaterThan(0)
  expect(cancelled.done).toBeLessThan(TRAININGS)
  await reached(session, other.id, ['running', 'done'])
  await expect(client.request('stress.start', { path })).rejects.toMatchObject({ code: 'busy' })
  await reached(session, other.id, ['done'])

  expect((await client.request('stress.start', { path })).done).toBe(cancelled.done)
  // The first event of this run comes over another connection than the answer, and may come later.
  await expect.poll(() => told.at(-1), { timeout: 240_000 }).toMatchObject({ running: false, done: TRAININGS })
  expect(told.at(-1)).toMatchObject({ total: TRAININGS, error: null, etaSeconds: null })
  expect(told.at(-1)!.results).toHaveLength(STRESS_ROWS.length)
  expect(told.some(({ running, etaSeconds }) => running && etaSeconds !== null)).toBe(true)
  const saved = await client.request('reports.save', { source: { jobId: id }, format: 'html' })
  expect(saved).toMatchObject({ content: expect.stringContaining('Stress test') as string })
  expect(await client.request('verify.start', { path })).toMatchObject({ ok: true })

  await client.request('jobs.remove', { id })
  const gone = await client.request('stress.get', { path })
  expect(gone).toMatchObject({ total: 0, error: { code: 'bundle-missing' } })
  await expect(client.request('stress.start', { path })).rejects.toMatchObject({ code: 'bundle-missing' })
  expect(await session.stop()).toBe(0)
}, 600_000)
