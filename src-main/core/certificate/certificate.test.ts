import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleStatement, exampleStatementV1, newKey } from '../../../test/fixtures/certificate.js'
import { FixativeError } from '../errors.js'
import {
  keyId,
  MAX_ENVELOPE,
  openEnvelope,
  PAYLOAD_TYPE,
  preAuthentication,
  publicKeyOf,
  signStatement,
} from './dsse.js'
import { canBeListed, type Certification, type NewStatement, type Runs, statementSchema } from './schema.js'
import { statementSchemaV1 } from './schema-v1.js'
import { headlineSentence, limitSentences, nearbySentence, populationSentence } from './sentences.js'
import { EMPTY_RING, type KeyRing } from './signers.js'
import { checkCertificate, recompute } from './verify.js'

const ann = newKey()
const eve = newKey()
/** The ring of a reader whose list has these keys. */
const knowing = (...keys: string[]): KeyRing => ({
  ...EMPTY_RING,
  signers: keys.map((publicKey) => ({ publicKey, name: '', addedAt: '2026-01-01T00:00:00Z', source: 'file' })),
})
const statement = exampleStatement(ann.publicKey)
const certificate = signStatement(statement, ann.privateKey)

interface Wire {
  payloadType: string
  payload: string
  signatures: { keyid?: string; sig: string }[]
}
const wire = (): Wire => JSON.parse(certificate) as Wire
const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** An envelope around any text, with a signature that cannot fit. */
const around = (payload: string | Buffer): string =>
  JSON.stringify({ ...wire(), payload: Buffer.from(payload).toString('base64') })
/** Signs a changed copy of the statement, as a dishonest issuer would. */
interface Certified extends NewStatement {
  predicate: NewStatement['predicate'] & { certification: Certification & { runs: Runs } }
}
const lying = (change: (copy: Certified) => void): string => {
  const copy = structuredClone(statement) as Certified
  change(copy)
  return signStatement(copy, ann.privateKey)
}
const invalid = (json: string | Buffer): void => {
  let caught: unknown
  try {
    openEnvelope(json)
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(FixativeError)
  expect(caught).toMatchObject({ code: 'certificate-invalid' })
}

describe('a certificate', () => {
  it('comes back as it was signed, known or unknown by its key', () => {
    const opened = openEnvelope(Buffer.from(certificate))
    expect(opened.statement).toEqual(statement)
    expect(opened).toMatchObject({ signed: true, publicKey: ann.publicKey, keyId: keyId(ann.publicKey) })
    expect(checkCertificate(opened, knowing(eve.publicKey, ann.publicKey))).toMatchObject({
      signature: 'valid',
      signer: { state: 'known' },
      mismatches: [],
    })
    expect(checkCertificate(opened, knowing(eve.publicKey)).signer.state).toBe('unknown')
    expect(openEnvelope(JSON.stringify(wire())).signed).toBe(true)
  })

  it('is signed over the pre-authentication encoding', () => {
    expect(preAuthentication('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
    const { payload, signatures } = wire()
    const body = Buffer.from(payload, 'base64')
    const signature = Buffer.from(signatures[0]!.sig, 'base64')
    const key = createPublicKey(ann.publicKey)
    expect(verify(null, preAuthentication(PAYLOAD_TYPE, body), key, signature)).toBe(true)
    expect(verify(null, body, key, signature)).toBe(false)
  })

  it('without certification says why', () => {
    const skipped = exampleStatement(ann.publicKey, {
      certification: null,
      certificationSkipped: { reason: 'Certification was turned off.' },
    })
    const check = checkCertificate(openEnvelope(signStatement(skipped, ann.privateKey)), knowing(ann.publicKey))
    expect(check).toMatchObject({ signature: 'valid', signer: { state: 'known' }, recomputed: null, mismatches: [] })
    const silent: unknown = { ...skipped, predicate: { ...skipped.predicate, certificationSkipped: undefined } }
    expect(statementSchema.safeParse(silent).success).toBe(false)
  })
})

describe('tampering is noticed', () => {
  it('in any byte of the payload, in the signature, and by another key', () => {
    const payload = Buffer.from(wire().payload, 'base64').toString()
    for (const [from, to] of [
      ['"visibility":0.1', '"visibility":0.2'],
      ['one.png', 'two.png'],
      ['"images":2', '"images":3'],
      ['"Ann"', '"Eve"'],
      ['"informative"', '"weak"'],
    ] as const) {
      expect(payload).toContain(from)
      const opened = openEnvelope(around(payload.replace(from, to)))
      expect(checkCertificate(opened, knowing(ann.publicKey))).toMatchObject({
        signature: 'invalid',
        signer: { state: 'unknown' },
      })
    }
    const signature = Buffer.from(wire().signatures[0]!.sig, 'base64')
    signature[10]! ^= 1
    const broken = { ...wire(), signatures: [{ sig: signature.toString('base64') }] }
    expect(openEnvelope(JSON.stringify(broken)).signed).toBe(false)
    // Eve signs what names Ann as its issuer.
    expect(openEnvelope(signStatement(statement, eve.privateKey)).signed).toBe(false)
    // Eve puts her own key in: a valid signature, but nobody's.
    const stolen = openEnvelope(signStatement(exampleStatement(eve.publicKey), eve.privateKey))
    expect(checkCertificate(stolen, knowing(ann.publicKey))).toMatchObject({
      signature: 'valid',
      signer: { state: 'unknown' },
    })
  })

  it.each<[string, (c: Certification & { runs: Runs }) => void, RegExp]>([
    ['headline', (c) => (c.headline.protectedAtMost = 0.1), /Protected at most.*0\.1/],
    ['control', (c) => (c.headline.controlAtLeast = 0.99), /Control at least/],
    ['headline radius', (c) => (c.headline.etaOverSigma = 0), /radius of the headline/],
    ['verdict', (c) => (c.verdict = 'weak'), /verdict/],
    ['bound', (c) => (c.protected.curve[1]!.bound = 0.2), /bound at radius 0\.25 of the protected/],
    ['order statistic', (c) => (c.control.curve[0]!.k = 1), /order statistic at radius 0 of the control/],
    ['abstention', (c) => (c.protected.curve[5]!.bound = 0.6), /bound at radius 1\.25.*none/],
    ['quantile', (c) => (c.protected.curve[2]!.qBar = 0.9), /quantile at radius 0\.5/],
    ['eta', (c) => (c.protected.curve[2]!.eta = 5), /absolute radius/],
    ['length', (c) => c.control.curve.pop(), /5 points instead of 6/],
    ['one count', (c) => (c.protected.correct = c.protected.correct.map(() => 199)), /Protected at most/],
    ['confidence', (c) => (c.confidence = 0.9999), /order statistic/],
    ['chance', (c) => (c.chance = 0.1), /Guessing/],
    ['runs', (c) => (c.runs.protectedAtMost = 0.3), /Protected at most. of the runs is given as 0\.3/],
    ['runs on originals', (c) => (c.runs.controlAtLeast = 0.9), /Control at least. of the runs/],
    [
      'a run that is left out',
      (c) => c.runs.protected.pop(),
      /of the runs is given as 0\.\d+, but the counts give none/,
    ],
    ['a peak', (c) => (c.runs.protected[3]!.correct[1] = 190), /the counts give 0\.95/],
    ['the confidence of the runs', (c) => (c.runs.confidence = 0.95), /of the runs.*none/],
  ])('in the claims of a dishonest issuer: %s', (_, change, expected) => {
    const check = checkCertificate(
      openEnvelope(lying((copy) => change(copy.predicate.certification))),
      knowing(ann.publicKey),
    )
    expect(check.signature).toBe('valid')
    expect(check.mismatches.join('\n')).toMatch(expected)
  })

  it('in the number of pictures', () => {
    const check = checkCertificate(openEnvelope(lying((copy) => (copy.predicate.collection.images = 1000))), EMPTY_RING)
    expect(check.mismatches).toEqual([
      'The certificate speaks of 1000 pictures, but lists 2 files.',
      'The certificate speaks of 1000 pictures, but its classes hold 2.',
    ])
  })

  it('in what shows most', () => {
    const found = (change: Parameters<typeof lying>[0]) =>
      checkCertificate(openEnvelope(lying(change)), EMPTY_RING).mismatches
    expect(found((copy) => (copy.predicate.protection.quality.flip.max = 0.05))).toEqual([
      'The mean of ꟻLIP lies beyond that of the worst picture.',
      'The largest ꟻLIP is given as 0.05, but the worst picture has 0.104.',
    ])
    expect(found((copy) => (copy.predicate.protection.quality.ssim.min = 1))).toEqual([
      'The mean of SSIM lies beyond that of the worst picture.',
    ])
    const better = { name: 'cats/one.png', flip: 0.2, ssim: 0.9, deltaE: 1, psnr: null }
    expect(found((copy) => copy.predicate.protection.quality.worst.push(better))).toEqual([
      'The worst pictures are not listed with the largest ꟻLIP first.',
    ])
  })
})

describe('a certificate of the first version', () => {
  const former = (changes: Parameters<typeof exampleStatementV1>[1] = {}) =>
    openEnvelope(signStatement(exampleStatementV1(ann.publicKey, changes), ann.privateKey))

  it('is still read, checked and put in the same words', () => {
    const opened = former()
    const check = checkCertificate(opened, knowing(ann.publicKey))
    expect(check).toMatchObject({ signature: 'valid', signer: { state: 'known' }, mismatches: [] })
    expect(check.recomputed).toMatchObject({ runs: null, verdict: 'informative' })
    const { protection, certification } = opened.statement.predicate
    expect(protection).toMatchObject({
      method: 'pue-grey',
      visibility: null,
      largestChange: 8,
      quality: { flip: null, worst: [{ name: 'dogs/zwei ü.png', flip: null, deltaE: 4 }] },
      former: { epsilon: 8, masking: 'jnd' },
    })
    expect(headlineSentence(certification!)).toMatch(/^A classifier of this kind trained on the protected files/)
  })

  it('is checked for its least SSIM', () => {
    const { mismatches } = checkCertificate(
      former({ softening: { minSsim: 0.9, pictures: 1, leastShare: 0.5 } }),
      EMPTY_RING,
    )
    expect(mismatches).toEqual(['No picture is to fall below SSIM 0.9, but one has 0.8.'])
  })

  it('has no part of the second, and the second none of it', () => {
    const [first, second] = [exampleStatementV1(ann.publicKey), statement]
    const { protection, certification } = second.predicate
    const accepts = (value: object) =>
      statementSchemaV1.safeParse(value).success || statementSchema.safeParse(value).success
    expect(accepts(first)).toBe(true)
    expect(accepts({ ...first, predicate: { ...first.predicate, protection } })).toBe(false)
    expect(accepts({ ...first, predicate: { ...first.predicate, certification } })).toBe(false)
    expect(accepts({ ...second, predicate: { ...second.predicate, protection: first.predicate.protection } })).toBe(
      false,
    )
  })
})

describe('hostile files are refused', () => {
  const payload = Buffer.from(wire().payload, 'base64').toString()
  const edited = (change: (copy: Record<string, never>) => void): string => {
    const copy = JSON.parse(payload) as Record<string, never>
    change(copy)
    return around(JSON.stringify(copy))
  }

  const [worst] = statement.predicate.protection.quality.worst
  const replaceWorst = (copy: unknown, wanted: readonly unknown[]): void => {
    Object.assign((copy as NewStatement).predicate.protection.quality, { worst: wanted })
  }

  it.each<[string, () => string | Buffer]>([
    ['nothing', () => ''],
    ['no JSON', () => '<html>'],
    ['not an object', () => '[]'],
    ['null', () => 'null'],
    ['too large', () => Buffer.alloc(MAX_ENVELOPE + 1, ' ')],
    ['deep nesting', () => '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['deep nesting inside', () => around('['.repeat(1_000_000) + ']'.repeat(1_000_000))],
    ['another payload type', () => JSON.stringify({ ...wire(), payloadType: 'text/plain' })],
    ['no signature', () => JSON.stringify({ ...wire(), signatures: [] })],
    ['many signatures', () => JSON.stringify({ ...wire(), signatures: new Array(11).fill(wire().signatures[0]) })],
    ['an unknown key', () => JSON.stringify({ ...wire(), more: 1 })],
    ['__proto__ in the envelope', () => certificate.replace('{', '{"__proto__": {"a": 1},')],
    ['a duplicate key in the envelope', () => certificate.replace('{', '{"payload": "e30=",')],
    ['base64 with spaces', () => JSON.stringify({ ...wire(), payload: `${wire().payload} ` })],
    ['base64url', () => JSON.stringify({ ...wire(), payload: base64('>>>???').replaceAll('/', '_') })],
    [
      'base64 that is cut',
      () => JSON.stringify({ ...wire(), payload: wire().payload.replace(/=*$/, '').slice(0, -1) }),
    ],
    ['an array for base64', () => JSON.stringify({ ...wire(), payload: ['e30='] })],
    ['not UTF-8', () => Buffer.concat([Buffer.from([0xff]), Buffer.from(certificate)])],
    ['not UTF-8 inside', () => around(Buffer.from(payload.replace('Ann', '\xff'), 'latin1'))],
    ['a byte order mark inside', () => around(`\ufeff${payload}`)],
    ['a duplicate key', () => around(payload.replace('"visibility":0.1', '"visibility":0.2,"visibility":0.1'))],
    ['an escaped name', () => around(payload.replace('one.png', '\\u006fne.png'))],
    ['layout inside', () => around(payload.replace(',', ', '))],
    ['__proto__', () => around(payload.replace('{', '{"__proto__":{"a":1},'))],
    ['__proto__ further in', () => around(payload.replace('"tool":{', '"tool":{"__proto__":null,'))],
    ['NaN', () => around(payload.replace('"visibility":0.1', '"visibility":NaN'))],
    ['infinity', () => around(payload.replace('"visibility":0.1', '"visibility":1e999'))],
    ['a negative count', () => around(payload.replace('"images":2', '"images":-2'))],
    ['a fraction of a count', () => around(payload.replace('"correct":[', '"correct":[0.5,'))],
    ['more right than there are', () => around(payload.replace(/"correct":\[\d+/, '"correct":[201'))],
    ['one draw too many', () => around(payload.replace('"correct":[', '"correct":[1,'))],
    ['millions of wrong counts', () => around(payload.replace('"correct":[', `"correct":[${'"",'.repeat(5_000_000)}`))],
    ['millions of files', () => around(payload.replace('"subject":[', `"subject":[${'{},'.repeat(2_000_000)}`))],
    ['a long name', () => around(payload.replace('Ann', 'A'.repeat(201)))],
    ['a file listed twice', () => around(payload.replace('dogs/zwei ü.png', 'cats/one.png'))],
    ['a worst picture that is no file', () => edited((copy) => replaceWorst(copy, [{ ...worst, name: 'a.png' }]))],
    ['a worst picture twice', () => edited((copy) => replaceWorst(copy, [worst, worst]))],
    ['another predicate', () => around(payload.replace('learnability:v2', 'learnability:v3'))],
    ['the first version by name only', () => around(payload.replace('learnability:v2', 'learnability:v1'))],
    ['a run of no recipe', () => around(payload.replace('"recipe":1', '"recipe":2'))],
    [
      'a run with a checkpoint too many',
      () => around(payload.replace('"recipe":0,"correct":[', '"recipe":0,"correct":[1,')),
    ],
    ['a private key', () => around(payload.replace(JSON.stringify(ann.publicKey), JSON.stringify(ann.privateKey)))],
    ['no key at all', () => around(payload.replace(/MCow[^\\]*/, 'MCowAAAA'))],
    ['a missing part', () => edited((copy) => delete copy['predicateType'])],
  ])('%s', (_, make) => {
    invalid(make())
  })

  it.each([
    '',
    '/etc/passwd',
    '../up.png',
    'a/../../up.png',
    'a//b',
    './a',
    'a\\..\\..\\b',
    'C:\\a',
    'C:a',
    '\\\\host\\a',
    'a\0',
  ])('a path that could leave the folder: %j', (path) => {
    expect(canBeListed(path)).toBe(false)
    invalid(around(payload.replace('"cats/one.png"', JSON.stringify(path))))
  })

  it.each(['a.png', '-x.png', 'über/漢字 🎨.png', 'a\\b.png', '...', 'a/..b', 'line\nbreak'])('but not %j', (path) => {
    expect(canBeListed(path)).toBe(true)
    expect(openEnvelope(around(payload.replace('"cats/one.png"', JSON.stringify(path)))).signed).toBe(false)
  })

  it('whatever else comes: refused or opened, never anything else', () => {
    const positions = fc.array(fc.tuple(fc.nat(certificate.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(positions, (edits) => {
        const bytes = Buffer.from(certificate)
        for (const [at, value] of edits) bytes[at] = value
        let signed = false
        try {
          signed = openEnvelope(bytes).signed
        } catch (error) {
          expect(error).toMatchObject({ code: 'certificate-invalid' })
        }
        if (signed) expect(openEnvelope(bytes).statement).toEqual(statement)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('and every certification that fits the format can be recomputed, however odd', () => {
    const number = (min: number, max: number): fc.Arbitrary<number> =>
      fc.double({ min, max, minExcluded: true, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }),
        fc.oneof(number(0, 1), fc.constantFrom(5e-324, 1e-20, 1 - 2 ** -53)),
        fc.oneof(number(0.5, 1), fc.constantFrom(1 - 2 ** -53, 0.5000001)),
        fc.array(number(0, 10), { minLength: 1, maxLength: 4 }),
        (correct, q, confidence, radii) => {
          const base = structuredClone(statement.predicate.certification!)
          const curve = radii.map((etaOverSigma) => ({ etaOverSigma, eta: 0, qBar: 0, k: null, bound: null }))
          const attackers = correct.map((count) => ({ recipe: 0, correct: [0, count] }))
          const found = recompute({
            ...base,
            runs: { ...base.runs!, quantile: q, confidence, protected: attackers, control: attackers },
            ...{ q, confidence, draws: correct.length, testImages: 5 },
            protected: { ...base.protected, correct, curve },
            control: { ...base.control, correct, curve },
          })
          for (const { qBar, bound } of found.protectedCurve) {
            expect(qBar).toBeGreaterThanOrEqual(0)
            expect(qBar).toBeLessThanOrEqual(1)
            if (bound !== null) expect(bound).toBeLessThanOrEqual(Math.max(...correct) / 5)
          }
          for (const value of [found.runs!.protectedAtMost, found.runs!.controlAtLeast, found.population])
            expect(value === null || (value >= 0 && value <= 1)).toBe(true)
          expect(found.reason).not.toMatch(/NaN|Infinity/)
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('keys', () => {
  it('are Ed25519 or refused', () => {
    expect(keyId(ann.publicKey)).toMatch(/^[0-9a-f]{64}$/)
    for (const pem of ['', 'x', ann.publicKey.slice(0, 60)])
      expect(() => publicKeyOf(pem)).toThrow(expect.objectContaining({ code: 'key-invalid' }))
  })
})

describe('headlineSentence', () => {
  const sentence = (protectedAtMost: number | null, controlAtLeast: number | null, chance = 0.1): string =>
    headlineSentence({ headline: { etaOverSigma: 0.5, protectedAtMost, controlAtLeast }, runs: null, chance })
  const claims = (protectedAtMost: number | null, controlAtLeast: number | null, quantile = 0.9) => ({
    headline: { etaOverSigma: 0.5, protectedAtMost: 0.12, controlAtLeast: 0.41 },
    runs: { ...statement.predicate.certification!.runs!, quantile, protectedAtMost, controlAtLeast },
    chance: 0.1,
  })

  it('speaks of classifiers trained anew where there are any, and of those around one in the second place', () => {
    expect(headlineSentence(claims(0.1301, 0.599))).toBe(
      'Of classifiers trained from scratch on the protected files, nine in ten recognise at most 14 % of your pictures; trained on the originals, at least 59 %. Guessing gives 10 %.',
    )
    expect(headlineSentence(claims(0.13, 0.5, 0.875))).toContain('at least 87 % recognise')
    expect(headlineSentence(claims(null, 0.5))).toMatch(/^Too few classifiers were trained/)
    expect(nearbySentence(claims(0.13, 0.5))).toBe(
      'Slightly changed copies of one such classifier recognise at most 12 %; of one trained on the originals, at least 41 %.',
    )
    expect(nearbySentence({ ...claims(0.13, 0.5), runs: null })).toBeNull()
  })

  it('says what the bound is on pictures that were not tested', () => {
    expect(populationSentence(0.3269, 83)).toBe(
      'Only 83 pictures were tested: on all pictures like them it may be up to 33 %.',
    )
    expect(populationSentence(null, 83)).toBeNull()
  })

  it('says both bounds and what guessing gives in one sentence', () => {
    expect(sentence(0.12, 0.41)).toBe(
      'A classifier of this kind trained on the protected files recognises at most 12 % of your pictures; trained on the originals, at least 41 %. Guessing gives 10 %.',
    )
  })

  it('never overstates: up for at most, down for at least, and exact ratios stay', () => {
    expect(sentence(0.1201, 0.4199)).toMatch(/at most 13 %.*at least 41 %/)
    for (let percent = 0; percent <= 100; percent++) {
      expect(sentence(percent / 100, percent / 100)).toContain(`at most ${percent} %`)
      expect(sentence(percent / 100, percent / 100)).toContain(`at least ${percent} %`)
    }
    expect(sentence(1 / 300, 299 / 300)).toMatch(/at most 1 %.*at least 99 %/)
  })

  it('says so when there is no bound', () => {
    expect(sentence(null, 0.4)).toMatch(/^Too few draws/)
    expect(sentence(0.12, null)).not.toContain('originals')
  })

  it('has limits for both kinds of certificate', () => {
    const [full, noisy, none] = [
      { certified: true, runs: true },
      { certified: true, runs: false },
      { certified: false, runs: false },
    ].map(limitSentences)
    expect(full!.join(' ')).toMatch(/recipes.*generative.*JPEG/s)
    expect(full).toEqual(expect.arrayContaining(noisy!))
    expect(noisy).toEqual(expect.arrayContaining(none!))
  })
})
