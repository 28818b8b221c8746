/** A few of the points of `npm run faults`: in each stage, a killed process and a loss of power. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FaultSuite } from './faults/suite.js'

const suite = new FaultSuite()
beforeAll(
  () => suite.record((fault, stage, number) => number === (stage === 'export' ? 20 : 2) && fault !== 'names-kept'),
  300_000,
)
afterAll(() => suite.close())

describe('a job that ends at any operation on the disk', () => {
  it('has been recorded in all its stages', () => {
    expect(suite.operations).toBeGreaterThan(200)
    expect(suite.points.length).toBeGreaterThanOrEqual(10)
    expect(new Set(suite.points.map(({ stage }) => stage))).toContain('export')
  })

  it('goes on to the same certificate, and has left nothing half-written', async () => {
    for (const point of suite.points) expect(await suite.resume(point)).toMatchObject({ wrong: [] })
  }, 300_000)
})
