import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { limitSentences } from '../../core/certificate/sentences.js'
import {
  DEFINITION,
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  type Statement,
  statementSchema,
} from '../../core/certificate/schema.js'
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

function statement(changes: Partial<Statement['predicate']> = {}): Statement {
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
        epsilon: 8,
        masking: 'jnd',
        resolution: 32,
        quality: {
          maxAbsDiff: 8.25,
          psnr: { min: 31.4, mean: 33.7 },
          ssim: { min: 0.8123, mean: 0.9456 },
          deltaE: { mean: 2.34, max: 4.56 },
          worst: [
            { name: HOSTILE, psnr: 31.4, ssim: 0.8567, deltaE: 4.56 },
            { name: 'cats/one.png', psnr: null, ssim: 1, deltaE: 0 },
          ],
        },
        softening: { minSsim: 0.8, pictures: 12, leastShare: 0.31 },
      },
      certification: {
        definition: DEFINITION,
        surrogate: { architecture: 'compact', parameters: 175258, normalisation: 'batch, frozen' },
        smoothing: { kind: 'isotropic', sigma: 0.05 },
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
        verdict: 'informative',
      },
      limits: limitSentences(true),
      private: { sha256: 'c'.repeat(64) },
      ...changes,
    },
  })
}

describe('renderReport', () => {
  const page = renderReport({ statement: statement() })

  it('says the headline sentence and the verdict', () => {
    expect(page).toContain('recognises at most 13 % of your pictures; trained on the originals, at least 41 %.')
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
      '8.25 of 255',
      '2.34',
      '4.56',
      '0.8567',
      '12 of 1,234 pictures got less change, so that none falls below SSIM 0.8; the least was 31 % of it.',
      '1,234',
      '175,258',
      '987',
      '247',
      '10.0 %',
      'no bound',
      'σ = 0.05',
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
    for (const limit of limitSentences(true)) expect(page).toContain(limit)
  })

  it('lists the worst pictures in a table with a caption and headers', () => {
    const table = /<table>\s*<caption>\s*The pictures whose colours changed most.*?<\/table>/s.exec(page)![0]
    expect(table.match(/<th scope="col">/g)).toHaveLength(4)
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
      samples: [{ path: HOSTILE, className: 'cats', picture: 'data:image/jpeg;base64,AA==', detail: null }],
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

  it('says why nothing was certified', () => {
    const text = renderReport({
      statement: statement({ certification: null, certificationSkipped: { reason: 'Only one class <here>.' } }),
    })
    expect(text).toContain('Only one class &lt;here&gt;.')
    expect(text).not.toContain('Certified curve')
  })
})
