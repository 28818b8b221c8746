/** A few inputs of `npm run fuzz`, always the same ones. */
import { describe, expect, it } from 'vitest'
import { fuzzCertificates } from './fuzz/certificates.js'
import { fuzzImages } from './fuzz/images.js'

describe('damaged input is refused or read, and nothing else happens', () => {
  it('pictures', async () => {
    const report = await fuzzImages(60, 'unit test')
    expect(report.findings).toEqual([])
    expect(report.outcomes.exported).toBeGreaterThan(0)
    expect(report.outcomes.refusedByScan).toBeGreaterThan(0)
  }, 300_000)

  it('certificates and notices about keys', async () => {
    const report = await fuzzCertificates(400, 'unit test')
    expect(report.findings).toEqual([])
    expect(report.outcomes.signed).toBeGreaterThan(0)
    expect(report.outcomes.refused).toBeGreaterThan(0)
  }, 300_000)
})
