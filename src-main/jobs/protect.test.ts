import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { protect } from './protect.js'
import { Bench, QUICK, drawCollection, snapshot } from './test-collection.js'
import { verify } from './verify.js'

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})
afterEach(() => bench.close())

const statementOf = (output: string) => openEnvelope(readFileSync(join(output, 'fixative-certificate.json'))).statement

describe('protect', () => {
  it('protects, certifies and signs a collection, and leaves the originals alone', async () => {
    await drawCollection(bench.input, { cats: 10, dogs: 12, 'wild birds': 10 })
    const before = snapshot(bench.input)
    const result = await protect({ input: bench.input, settings: QUICK }, bench.context())
    expect(snapshot(bench.input)).toEqual(before)
    const after = snapshot(bench.output)
    expect(Object.keys(after).sort()).toEqual(
      [...Object.keys(before), 'fixative-certificate.json', 'fixative-report.html'].sort(),
    )
    const { predicate } = statementOf(bench.output)
    expect(predicate.certification?.testImages).toBe(6)
    expect((await verify(bench.output, { trusted: [] })).ok).toBe(true)
  })
})
