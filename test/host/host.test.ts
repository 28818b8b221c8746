import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src-shared/contract/index.js'
import { createHttpTransport } from '../../src-renderer/http-transport.js'
import { drawCollection } from './collection.js'
import { endSessions, makePlace, openSession, reached, startJob, type Place, type Session } from './session.js'

const SETTINGS = { draws: 60, runs: 0, resolution: 32, workers: 2 }
/** A job that takes long enough to be stopped in. */
const LONG = { rounds: 2000, fitSteps: 20 }
const SHORT = { rounds: 2, fitSteps: 20 }

/** A long test: a few seconds of real training on a busy machine. */
const PATIENT = 240_000
type Ok = PromiseFulfilledResult<Answer>

let place: Place
beforeAll(async () => {
  place = await makePlace()
})
afterEach(endSessions)
afterAll(() => place.remove())

const learning = (session: Session): Promise<void> =>
  expect
    .poll(() => session.seen.at(-1)?.stages.find(({ stage }) => stage === 'learn')?.done ?? 0, { timeout: 60_000 })
    .toBeGreaterThan(2)

describe('the app behind the browser host, with the real engine', () => {
  it(
    'goes the whole way from a folder to a verified certificate, and finds what was tampered with',
    async () => {
      // What an idle process sees at the same time: how late this machine is by itself.
      const idle = monitorEventLoopDelay({ resolution: 5 })
      idle.enable()
      const session = await openSession(place, SHORT)
      const { client } = session
      const folder = await drawCollection(join(place.root, 'whole'))
      const before = await stat(join(folder, 'red', '0.png'))
      const job = await startJob(session, folder, SETTINGS)
      expect(await client.request('jobs.list', {})).toHaveLength(1)
      const done = await reached(session, job.id, ['done', 'failed'])
      expect(done).toMatchObject({ state: 'done', error: null, result: { images: 20, skipped: 0 } })
      expect(done.stages.every(({ state }) => state === 'done')).toBe(true)
      expect(done.elapsedSeconds).toBeGreaterThan(0)
      expect((await stat(join(folder, 'red', '0.png'))).mtimeMs).toBe(before.mtimeMs)

      const report = await client.request('reports.get', { jobId: job.id })
      expect(report).toMatchObject({ images: 20, fileCount: 20, signature: { valid: true, own: true } })
      expect(report.headline).toBe(done.result!.headline)
      expect(report.certification?.protected.curve.length).toBeGreaterThan(0)
      expect(report.samples.length).toBe(6)
      for (const id of [report.samples[0]!.before!, report.samples[0]!.after]) {
        const image = await fetch(client.imageUrl(id))
        expect(image.headers.get('content-type')).toBe('image/jpeg')
      }
      const saved = await client.request('reports.save', { source: { jobId: job.id }, format: 'html' })
      expect(saved).toMatchObject({ kind: 'download', mime: 'text/html' })
      await expect(client.request('reports.save', { source: { jobId: job.id }, format: 'pdf' })).rejects.toMatchObject({
        code: 'no-pdf',
      })
      expect(await client.request('history.list', {})).toMatchObject([{ jobId: job.id, images: 20, missing: false }])

      const { output } = done
      expect(await client.request('verify.start', { path: output })).toMatchObject({
        ok: true,
        signature: { state: 'valid' },
        signer: { state: 'own' },
        files: { state: 'match', checked: 20 },
        bound: { state: 'agrees' },
      })
      const bytes = await readFile(join(output, 'red', '1.png'))
      bytes[bytes.length - 20]! ^= 1
      await writeFile(join(output, 'red', '1.png'), bytes)
      await rm(join(output, 'red', '2.png'))
      await writeFile(join(output, 'new.png'), 'x')
      expect(await client.request('verify.start', { path: output })).toMatchObject({
        ok: false,
        signature: { state: 'valid' },
        files: { state: 'differ', modified: ['red/1.png'], missing: ['red/2.png'], extra: ['new.png'] },
      })

      await client.request('settings.set', { changes: { theme: 'dark', signerName: 'Ada' } })
      await client.request('jobs.remove', { id: job.id })
      expect(await readdir(join(place.data, 'jobs'))).toEqual([])
      expect(existsSync(done.result!.certificate)).toBe(true)
      expect(await session.stop()).toBe(0)
      const { p99, max } = session.lateness()
      const machine = idle.percentile(99) / 1e6
      console.log(
        `event loop of the main process while a job ran: p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms ` +
          `(an idle process at the same time: p99 ${machine.toFixed(1)} ms)`,
      )
      expect(p99).toBeLessThan(50 + machine)

      const again = await openSession(place, SHORT)
      expect(await again.client.request('settings.get', {})).toMatchObject({ theme: 'dark', signerName: 'Ada' })
      expect((await again.client.request('settings.get', {})).recentFolders[0]).toBe(folder)
      expect(await again.client.request('history.list', {})).toHaveLength(1)
      expect(await again.client.request('jobs.list', {})).toEqual([])
      await again.stop()
    },
    PATIENT,
  )

  it(
    'cancels within two seconds and leaves nothing; pauses and resumes',
    async () => {
      const session = await openSession(place, LONG)
      const { client } = session
      const folder = await drawCollection(join(place.root, 'stopped'))
      const job = await startJob(session, folder, SETTINGS)
      await learning(session)
      const paused = await client.request('jobs.pause', { id: job.id })
      expect(paused).toMatchObject({ state: 'paused', stopping: false })
      await new Promise((done) => setTimeout(done, 500))
      expect((await client.request('jobs.get', { id: job.id })).elapsedSeconds).toBe(paused.elapsedSeconds)
      const rounds = paused.stages.find(({ stage }) => stage === 'learn')!.done
      await client.request('jobs.resume', { id: job.id })
      await expect
        .poll(() => session.seen.at(-1)!.stages.find(({ stage }) => stage === 'learn')!.done, { timeout: 60_000 })
        .toBeGreaterThan(rounds)
      const asked = performance.now()
      expect(await client.request('jobs.cancel', { id: job.id })).toMatchObject({ state: 'cancelled' })
      expect(performance.now() - asked).toBeLessThan(2_000)
      expect(existsSync(job.output)).toBe(false)
      expect(await readdir(join(place.data, 'jobs'))).toEqual([])
      await session.stop()
    },
    PATIENT,
  )

  it(
    'goes on after a crash with the same job, from where it was',
    async () => {
      const folder = await drawCollection(join(place.root, 'crashed'))
      const effort = { rounds: 12, fitSteps: 20 }
      const first = await openSession(place, effort)
      const job = await startJob(first, folder, SETTINGS)
      await learning(first)
      await first.kill()
      const second = await openSession(place, effort)
      expect((await second.client.request('jobs.get', { id: job.id })).state).toMatch(/queued|running/)
      const learnt = (): number[] =>
        second.seen.flatMap(({ stages }) =>
          stages.flatMap((s) =>
            s.stage === 'learn' && s.state === 'running' && s.total === effort.rounds ? [s.done] : [],
          ),
        )
      await expect.poll(() => learnt().length, { timeout: 60_000 }).toBeGreaterThan(0)
      expect(learnt()[0]).toBeGreaterThan(2)
      const done = await reached(second, job.id, ['done', 'failed'])
      expect(done).toMatchObject({ state: 'done', error: null })
      expect(await second.client.request('verify.start', { path: done.output })).toMatchObject({ ok: true })
      await second.stop()
    },
    PATIENT,
  )

  it(
    'a running job is not disturbed by strangers, nor by 1,000 rapid requests',
    async () => {
      const session = await openSession(place, LONG)
      const folder = await drawCollection(join(place.root, 'flooded'))
      const job = await startJob(session, folder, SETTINGS)
      await learning(session)
      const round = (): number => session.seen.at(-1)!.stages.find(({ stage }) => stage === 'learn')!.done
      const before = round()
      const { origin, pathname } = new URL(session.url)
      const strangers = [
        fetch(`${origin}/`),
        fetch(`${origin}/${'A'.repeat(43)}/api`, { method: 'POST', body: '{}' }),
        fetch(`${session.url}api`, { method: 'POST', headers: { origin: 'http://evil.example' }, body: '{}' }),
        fetch(`${origin}${pathname}..%2f..%2fetc/passwd`),
      ]
      expect((await Promise.all(strangers)).map(({ status }) => status)).toEqual([404, 404, 403, 404])
      const flood = createHttpTransport(session.url)
      const asked = Array.from({ length: 1_000 }, () => flood.request('jobs.get', { id: job.id }))
      const answers = await Promise.allSettled(asked)
      flood.close()
      // Most are answered with a refusal, or are not let in at all: there are only so many connections.
      expect(
        answers.filter(({ status, ...rest }) => status === 'rejected' || !(rest as Ok).value.ok).length,
      ).toBeGreaterThan(300)
      // Another program must not get the data folder either.
      await expect(openSession(place, LONG)).rejects.toThrow(/already running/)
      await expect.poll(round, { timeout: 30_000 }).toBeGreaterThan(before + 3)
      await new Promise((done) => setTimeout(done, 1_000))
      expect((await session.client.request('jobs.get', { id: job.id })).state).toBe('running')
      await session.client.request('jobs.cancel', { id: job.id })
      await session.stop()
    },
    PATIENT,
  )
})
