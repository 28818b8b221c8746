import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import { protect } from './protect.js'
import { recertify } from './recertify.js'
import { Bench, QUICK, drawCollection } from '../../test/support/collection.js'
import { verify } from '../certificates/verify-folder.js'

const EFFORT = { rounds: 1, warmUp: 0, fitSteps: 4, roundSteps: 2, batchSize: 16 }

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.close())

const runsOf = (output: string) =>
  openEnvelope(readFileSync(join(output, 'fixative-certificate.json'))).statement.predicate.certification!.runs!

describe('a job with runs', () => {
  it('certifies what they recognise, the same with one worker and after a stop', async () => {
    await drawCollection(bench.input, { a: 9, b: 9 })
    const settings = { ...QUICK, runs: 22 as const, resolution: 32 as const }
    const context = bench.context(2, { effort: EFFORT })
    const result = await protect({ input: bench.input, output: bench.output, settings }, context)
    const runs = runsOf(bench.output)
    expect(runs).toMatchObject({ quantile: 0.9, confidence: 0.9, steps: 4, checkpointEvery: 25, batchSize: 16 })
    expect(runs.recipes.map(({ architecture, resolution }) => [architecture, resolution])).toEqual([
      ['compact', 32],
      ['vgg', 32],
    ])
    for (const side of [runs.protected, runs.control]) {
      expect(side).toHaveLength(22)
      expect(side.every(({ correct }) => correct.length === 1)).toBe(true)
    }
    const peaks = (side: typeof runs.protected) => side.flatMap(({ correct }) => correct)
    expect(runs.protectedAtMost).toBe(Math.max(...peaks(runs.protected)) / 4)
    expect(result.headline).toMatch(/^Of classifiers trained from scratch on the protected files, nine in ten/)
    expect(result.details).toHaveLength(1)
    expect((await verify(bench.output, { ring: EMPTY_RING })).ok).toBe(true)
    expect((await recertify(bench.output, context)).checks.filter(({ ok }) => !ok)).toEqual([])

    const controller = new AbortController()
    const output = join(bench.root, 'again')
    const request = { input: bench.input, output, settings, jobId: 'j' }
    let trained = 0
    const stopped = bench.context(1, { effort: EFFORT, signal: controller.signal })
    const run = stopped.pool.run.bind(stopped.pool)
    stopped.pool.run = async (task, input, options) => {
      const found = await run(task, input, options)
      if (task === 'attack' && ++trained === 10) controller.abort(new Error('stop'))
      return found
    }
    await expect(protect(request, stopped)).rejects.toThrow('stop')
    let rest = 0
    const resumed = bench.context(1, { effort: EFFORT })
    const go = resumed.pool.run.bind(resumed.pool)
    resumed.pool.run = (task, input, options) => {
      if (task === 'attack') rest++
      return go(task, input, options)
    }
    await protect(request, resumed)
    expect(runsOf(output)).toEqual(runs)
    expect(rest).toBeLessThanOrEqual(44 - 9)
  })
})
