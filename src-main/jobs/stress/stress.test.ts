import { REPORT_NAME } from '../../core/file-names.js'
import { readFileSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsFrom, table, wholeFrom } from '../../cli/stress.js'
import { NOT_SIGNED, STRESS_ROWS, sentenceOf } from '../../core/stress/rows.js'
import { architectureFor, parameterLayout } from '../../core/surrogate/architecture.js'
import { initialState } from '../../core/surrogate/initialise.js'
import { ballAround, keepBody } from '../../workers/refit.js'
import { lockJob } from '../../storage/lock.js'
import { forgetJob, protect } from '../protect.js'
import { STRESS_FILE, type StressState, openStress, stateOf, stress } from './stress.js'
import { writeStressReport } from './report.js'
import { Bench, QUICK, drawCollection } from '../../../test/support/collection.js'
import { verify } from '../../certificates/verify-folder.js'

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.close())

describe('stress', () => {
  it('tries every row on both sides, worst first, and does not train a finished row again', async () => {
    await drawCollection(bench.input, { cats: 15, dogs: 10 })
    const context = bench.context()
    await protect({ input: bench.input, settings: QUICK }, context)
    const first: StressState[] = []
    const results = await stress(bench.output, { steps: 2 }, { ...context, progress: (state) => first.push(state) })
    expect(results.map(({ id }) => id).sort()).toEqual(STRESS_ROWS.map(({ id }) => id).sort())
    const trainings = 2 * (STRESS_ROWS.length - 1)
    expect([first[0], first.at(-1)]).toEqual([
      { done: 0, total: trainings, results: [] },
      { done: trainings, total: trainings, results },
    ])
    for (const { id, originals, chance } of results) {
      // Three cats and two dogs are held out; the recovery keeps one of each for its test.
      expect(chance).toBe(id === 'recovery' ? 0.5 : 0.6)
      expect(originals).toBeGreaterThanOrEqual(0)
      expect(originals).toBeLessThanOrEqual(1)
    }
    const [id] = await bench.storage.jobs()
    const folder = bench.storage.job(id!)
    expect(readdirSync(folder.path).filter((name) => name.startsWith('stress'))).toEqual([STRESS_FILE])
    const stored = readFileSync(folder.file(STRESS_FILE), 'utf8')
    // What is finished needs no originals.
    renameSync(bench.input, `${bench.input}-moved`)
    const again: StressState[] = []
    expect(await stress(bench.output, { steps: 2 }, { ...context, progress: (state) => again.push(state) })).toEqual(
      results,
    )
    expect(again).toEqual([first.at(-1)])
    expect(stateOf(await openStress(bench.output, { steps: 2 }, bench.storage))).toEqual(first.at(-1))
    await expect(stress(bench.output, { steps: 1 }, context)).rejects.toMatchObject({ code: 'original-missing' })
    const unlock = await lockJob(folder)
    await expect(stress(bench.output, { steps: 1 }, context)).rejects.toMatchObject({ code: 'job-running' })
    await expect(forgetJob(bench.storage, id!)).rejects.toMatchObject({ code: 'job-running' })
    await unlock()
    expect(readFileSync(folder.file(STRESS_FILE), 'utf8')).toBe(stored)

    const report = join(bench.output, REPORT_NAME)
    const signed = readFileSync(report, 'utf8')
    expect(await writeStressReport(bench.output, 2, context)).toBe(report)
    const page = readFileSync(report, 'utf8')
    expect(page).toContain(NOT_SIGNED)
    expect(page).toContain('18 of 18 ways')
    expect(page).toContain(sentenceOf(results[0]!))
    // Nothing else in it has changed, and the folder is still as it was certified.
    expect(page.replace(/<section aria-labelledby="stress">.*?<\/section>/s, '').replace(/\s/g, '')).toBe(
      signed.replace(/\s/g, ''),
    )
    expect(await verify(bench.output, { ring: await context.keys.ring() })).toMatchObject({ ok: true })
  }, 120_000)

  it('needs the private data', async () => {
    await drawCollection(bench.input, { cats: 10, dogs: 10 })
    const context = bench.context()
    await protect({ input: bench.input, settings: { ...QUICK, certify: false } }, context)
    const [id] = await bench.storage.jobs()
    await bench.storage.job(id!).remove()
    await expect(stress(bench.output, {}, context)).rejects.toMatchObject({ code: 'bundle-missing' })
  }, 60_000)
})

describe('refit', () => {
  const architecture = architectureFor('compact', 32)
  const [start, other] = [initialState(architecture, 3, 'a'), initialState(architecture, 3, 'b')]
  const layout = parameterLayout(architecture, 3)

  it('moves the head alone', () => {
    const { parameters } = keepBody(layout, start, other)
    const head = layout.find(({ name }) => name === 'head.weight')!.offset
    expect(parameters.subarray(0, head)).toEqual(start.parameters.subarray(0, head))
    expect(parameters.subarray(head)).toEqual(other.parameters.subarray(head))
  })

  it('stays in the ball, and leaves what is inside alone', () => {
    const project = ballAround(layout, start, 0.1)
    const inside = project(other)
    expect(inside.parameters).not.toEqual(other.parameters)
    const twice = project(inside).parameters
    twice.forEach((p, i) => expect(Math.abs(p - inside.parameters[i]!)).toBeLessThan(1e-6))
    expect(project(start)).toBe(start)
  })
})

describe('the command', () => {
  it('takes rows by name and whole numbers', () => {
    expect(rowsFrom('grey, net,grey')).toEqual(['grey', 'net'])
    expect(rowsFrom(undefined)).toHaveLength(STRESS_ROWS.length)
    expect(() => rowsFrom('grey,x')).toThrow('--rows does not know "x".')
    expect(wholeFrom('--steps', '20', 300)).toBe(20)
    expect(() => wholeFrom('--steps', '0', 300)).toThrow('--steps needs a whole number from 1')
  })

  it('prints a line a row', () => {
    const text = table([{ id: 'grey', protected: 0.4, originals: 0.6, chance: 0.2 }])
    expect(text).toContain('grey               40 %       60 %       20 %       50 %  Someone who turns')
  })
})
