import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../src-shared/contract/index.js'
import * as fake from '../../test/support/fakes/electron.js'
import { createJobWatch } from './job-watch.js'
import { diagnostics, logJobs, openLog } from './log.js'

const folder = mkdtempSync(join(tmpdir(), 'fixative-log-'))
const say = { error: console.error, warn: console.warn }
let path: string
beforeEach(() => {
  fake.resetElectron()
  path = openLog(folder)
})
afterAll(() => {
  Object.assign(console, say)
  rmSync(folder, { recursive: true })
})
const written = (): string => readFileSync(path, 'utf8')

describe('the log', () => {
  it('has what the main process says is wrong, and how its processes end', () => {
    console.error('The window\u2019s process has ended: oom')
    const gone = { type: 'Utility', name: 'worker', exitCode: 139 }
    fake.raise(fake.app, 'child-process-gone', { ...gone, reason: 'crashed' })
    fake.raise(fake.app, 'child-process-gone', { ...gone, name: 'fine', reason: 'clean-exit' })
    expect(path).toBe(join(folder, 'logs', 'fixative.log'))
    expect(written()).toMatch(/Fixative \d+\.\d+\.\d+ starts\n/)
    expect(written()).toContain('has ended: oom')
    expect(written()).toContain('worker has ended: crashed (139)')
    expect(written()).not.toContain('fine')
  })

  it('has each state of a job once, and no name of anybody', () => {
    const watch = createJobWatch()
    logJobs(watch)
    const tell = (state: Job['state'], error: { code: string } | null = null): void => {
      const job = { id: 'j1', name: 'Aunt Ada', state, stages: [], result: null, error }
      watch.through(() => undefined)('jobs.changed', job as unknown as Job)
    }
    tell('running')
    tell('running')
    tell('failed', { code: 'disk-full' })
    expect(written().match(/job j1: running/g)).toHaveLength(1)
    expect(written()).toContain('job j1: failed (disk-full)')
    expect(written()).not.toContain('Ada')
  })

  it('sends nothing, and counts the dumps of crashes', () => {
    expect(fake.crashReporter.started).toEqual([{ uploadToServer: false }])
    expect(fake.app.getPath('crashDumps')).toBe(join(folder, 'crashes'))
    mkdirSync(join(folder, 'crashes', 'pending'), { recursive: true })
    writeFileSync(join(folder, 'crashes', 'pending', 'one.dmp'), '')
    const text = diagnostics(path)
    expect(text).toMatch(/^Fixative \d+\.\d+\.\d+ \(not packaged\)\n/)
    expect(text).toContain('Crashes of the app\u2019s own processes: 1'.replace('\u2019', "'"))
    expect(text.endsWith(written().trimEnd().split('\n').at(-1)!)).toBe(true)
    expect(diagnostics(join(folder, 'none.log'))).toContain('The log cannot be read: ENOENT')
  })
})
