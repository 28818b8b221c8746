import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { limitSentences } from '../../core/certificate/sentences.js'
import { exampleStatementV1 } from '../../../test/fixtures/certificate.js'
import {
  DEFINITION,
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  type NewStatement,
  type Statement,
  statementSchema,
} from '../../core/certificate/schema.js'
import { fromV1 } from '../../core/certificate/versions.js'
import { renderReport } from './render.js'

const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
const HOSTILE = `<img src=x onerror="alert('1')">&.png`

const point = (etaOverSigma: number, bound: number | null) => ({
  etaOverSigma,
  eta: etaOverSigma * 0.05,
  qBar: 0.9,
  k: bound === null ? null : 7,
  bound,
})

function statement(changes: Partial<NewStatement['predicate']> = {}): Statement {
  return statementSchema.parse({
    _type: STATEMENT_TYPE,
    subject: [
      { name: 'cats/one.png', digest: { sha256: 'a'.repeat(64) } },
      { name: HOSTILE, digest: { sha256: 'b'.repeat(64) } },
    ],
    predicateType: PREDICATE_TYPE,
    predicate: {
      tool: { name: 'fixative', version: '0.1.0' },
      issuedAt: '2026-01-02T03:04:05Z',
      issuer: { name: '<b>Ann</b>', publicKey },
      collection: {
        images: 1234,
        classes: [
          { name: 'cats', count: 617 },
          { name: '"><script>alert(2)</script>', count: 617 },
        ],
        labelSource: 'folders',
        skipped: [{ path: '<svg onload=alert(3)>.jpg', reason: 'truncated <file>' }],
      },
      protection: {
        method: 'pue',
        strength: 'balanced',
        visibility: 0.1,
        resolution: 64,
        largestChange: 18.25,
        quality: {
          flip: { mean: 0.0987, max: 0.1234 },
          ssim: { min: 0.8123, mean: 0.9456 },
          psnr: { min: 31.4, mean: 33.7 },
          deltaE: { mean: 2.34, max: 4.56 },
          worst: [
            { name: HOSTILE, flip: 0.1234, psnr: 31.4, ssim: 0.8567, deltaE: 4.56 },
            { name: 'cats/one.png', flip: 0, psnr: null, ssim: 1, deltaE: 0 },
          ],
        },
      },
      certification: {
        definition: DEFINITION,
        surrogate: { architecture: 'compact', parameters: 175258, normalisation: 'batch, frozen' },
        smoothing: { kind: 'layer-scaled', sigma: 0.05 },
        q: 0.9,
        draws: 3,
        confidence: 0.99,
        trainImages: 987,
        testImages: 247,
        chance: 0.1,
        protected: {
          trainAccuracy: 0.991,
          cleanAccuracy: 0.117,
          correct: [20, 30, 25],
          curve: [point(0, 0.113), point(0.5, 0.126), point(1, null)],
        },
        control: {
          trainAccuracy: 0.957,
          cleanAccuracy: 0.523,
          correct: [120, 130, 125],
          curve: [point(0, 0.511), point(0.5, 0.534), point(1, null)],
        },
        headline: { etaOverSigma: 0.5, protectedAtMost: 0.126, controlAtLeast: 0.417 },
        runs: {
          quantile: 0.9,
          confidence: 0.9,
          steps: 200,
          checkpointEvery: 100,
          batchSize: 64,
          training: 'from <random> weights',
          recipes: [
            { architecture: 'compact', resolution: 64, parameters: 175258 },
            { architecture: 'vgg', resolution: 32, parameters: 90000 },
          ],
          protected: Array.from({ length: 22 }, (_, i) => ({ recipe: i % 2, correct: [30 + (i % 3), 28] })),
          control: Array.from({ length: 22 }, (_, i) => ({ recipe: i % 2, correct: [150, 160 + i] })),
          protectedAtMost: 0.1296,
          controlAtLeast: 0.6478,
        },
        verdict: 'informative',
      },
      limits: limitSentences({ certified: true, runs: true }),
      private: { sha256: 'c'.repeat(64) },
      ...changes,
    },
  })
}

describe('renderReport', () => {
  const page = renderReport({ statement: statement() })

  it('says the headline sentence and the verdict', () => {
    expect(page).toContain(
      'nine in ten recognise at most 13 % of your pictures; trained on the originals, at least 64 %.',
    )
    // Three draws bound nothing, whatever the headline of the certificate claims.
    expect(page).not.toContain('copies of one such classifier')
    expect(page).toContain('Only 247 pictures were tested')
    expect(page).toContain('Informative: the protection')
  })

  it('shows every number of the certificate', () => {
    const numbers = [
      '11.3 %',
      '12.6 %',
      '51.1 %',
      '53.4 %',
      '99.1 %',
      '11.7 %',
      '95.7 %',
      '52.3 %',
      '33.7 dB',
      '31.4 dB',
    ]
    const facts = [
      '0.9456',
      '0.8123',
      '18.25 of 255',
      '0.099',
      '0.123',
      'About as visible as JPEG at quality',
      'mean ꟻLIP 0.1',
      'at most 13.0 %',
      'at least 64.7 %',
      '12.1 % to 13.0 %',
      'compact at 64 pixels, vgg at 32 pixels',
      '2.34',
      '4.56',
      '0.8567',
      '1,234',
      '175,258',
      '987',
      '247',
      '10.0 %',
      'no bound',
      'ρ = 0.05',
    ]
    for (const text of [
      ...numbers,
      ...facts,
      'a'.repeat(64),
      'b'.repeat(64),
      'c'.repeat(64),
      publicKey.split('\n')[1]!,
    ]) {
      expect(page).toContain(text)
    }
    for (const limit of limitSentences({ certified: true, runs: true })) expect(page).toContain(limit)
  })

  it('lists the worst pictures in a table with a caption and headers', () => {
    const table = /<table>\s*<caption>\s*The pictures in which the change shows most.*?<\/table>/s.exec(page)![0]
    expect(table.match(/<th scope="col">/g)).toHaveLength(5)
    const names = [...table.matchAll(/<th scope="row" class="path">(.*?)<\/th>/g)].map(([, name]) => name)
    expect(names).toEqual(['&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;.png', 'cats/one.png'])
    expect(table).toContain('unchanged')
  })

  it('escapes names of files, classes and signers, and reasons', () => {
    expect(page).not.toMatch(/<script|<b>Ann|<svg onload|<img src=x|<file>/)
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;.png')
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;')
  })

  it('draws both curves, abstentions as hollow points, and guessing', () => {
    expect(page.match(/<path[^>]* class="protected"|<path class="protected"/g)).toHaveLength(1)
    expect(page.match(/class="dot protected"/g)).toHaveLength(2)
    expect(page.match(/class="dot protected abstained"/g)).toHaveLength(1)
    expect(page.match(/class="dot control abstained"/g)).toHaveLength(1)
    expect(page).toContain('class="chance"')
  })

  it('asks nobody for anything: no script, no outside address, and a policy that forbids both', () => {
    const withSamples = renderReport({
      statement: statement(),
      samples: [{ path: HOSTILE, className: 'cats', image: 'data:image/jpeg;base64,AA==' }],
    })
    for (const markup of [page, withSamples]) {
      expect(markup).not.toMatch(/https?:|url\(|@import|<script|<link|<iframe|<form|<object| on\w+="/i)
      for (const [, address] of markup.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^data:image\//)
    }
    expect(withSamples).toContain('data:image/jpeg;base64,AA==')
    const style = /<style>(.*?)<\/style>/s.exec(page)![1]!
    const hash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(`style-src &#39;sha256-${hash}&#39;`)
    expect(page).toContain('default-src &#39;none&#39;')
  })

  it('shows a certificate of the first version without what it does not say', () => {
    const softening = { minSsim: 0.8, pictures: 1, leastShare: 0.31 }
    const text = renderReport({ statement: fromV1(exampleStatementV1(publicKey, { softening })) })
    expect(text).toContain('No colour value was meant to change by more than 8 of 255.')
    expect(text).toContain('the least was 31 % of it.')
    expect(text).toContain('ε = 8 of 255')
    expect(text).not.toMatch(/ꟻLIP|trained from scratch/)
  })

  it('says why nothing was certified', () => {
    const text = renderReport({
      statement: statement({ certification: null, certificationSkipped: { reason: 'Only one class <here>.' } }),
    })
    expect(text).toContain('Only one class &lt;here&gt;.')
    expect(text).not.toContain('Certified curve')
  })
})
