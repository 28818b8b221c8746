/** Damaged and hostile certificates and key notices through everything that reads them. */
import { createPrivateKey, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PAYLOAD_TYPE, preAuthentication, signStatement } from '../../src-main/core/certificate/dsse.js'
import { parseNotice, signSuccession } from '../../src-main/core/certificate/notices.js'
import { EMPTY_RING, signerSentence } from '../../src-main/core/certificate/signers.js'
import { FixativeError } from '../../src-main/core/errors.js'
import { type KeyedRandom, keyedRandom } from '../../src-main/core/random/random.js'
import { renderReport } from '../../src-main/certificates/report/render.js'
import { summaryOf } from '../../src-main/certificates/summary.js'
import { verify } from '../../src-main/certificates/verify-folder.js'
import { FILES, exampleStatement, exampleStatementV1, newKey } from '../fixtures/certificate.js'
import { HANG, type Finding } from './images.js'
import { mutate } from './mutate.js'

export interface CertificateReport {
  readonly inputs: number
  readonly outcomes: { refused: number; unsigned: number; signed: number; notices: number }
  readonly slowestMilliseconds: number
  readonly findings: readonly Finding[]
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const TEXTS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '../../../etc/passwd',
  'C:\\Windows\\x.png',
  '/etc/passwd',
  'a\0b',
  '\u001b[2J\u001b]0;x\u0007',
  '\u202eexe.png',
  '__proto__',
  'constructor',
  '',
  '9'.repeat(10_000),
  '\ud800',
]
const NUMBERS = [0, -1, -0, 1e308, -1e308, 5e-324, 2 ** 53, 0.1 + 0.2, 1e21, 4294967296]

function hostile(random: KeyedRandom): Json {
  switch (random.integer(7)) {
    case 0:
      return TEXTS[random.integer(TEXTS.length)]!
    case 1:
      return NUMBERS[random.integer(NUMBERS.length)]!
    case 2:
      return null
    case 3:
      return random.integer(2) === 0
    case 4: {
      let deep: Json = 1
      for (let n = random.integer(3000); n > 0; n--) deep = [deep]
      return deep
    }
    case 5:
      return Array.from({ length: random.integer(2000) }, () => random.integer(100))
    default:
      return JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Json
  }
}

/** Changes one place of a JSON value: another value, one removed, one doubled, one added. */
function change(value: Json, random: KeyedRandom): Json {
  if (value === null || typeof value !== 'object' || random.integer(6) === 0) return hostile(random)
  if (Array.isArray(value)) {
    const at = random.integer(Math.max(1, value.length))
    const copy = [...value]
    if (random.integer(4) === 0) copy.splice(at, random.integer(2), ...(copy.length > 0 ? [copy[at]!] : []))
    else copy[at] = change(copy[at] ?? null, random)
    return copy
  }
  const keys = Object.keys(value)
  const key = keys[random.integer(Math.max(1, keys.length))] ?? 'x'
  const copy = { ...value }
  const what = random.integer(8)
  if (what === 0) return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== key))
  if (what === 1) copy[TEXTS[random.integer(TEXTS.length)]!] = hostile(random)
  else copy[key] = change(copy[key] ?? null, random)
  return copy
}

/** The same text with a key twice, an escape where none is needed, or a number in another form. */
function ambiguous(json: string, random: KeyedRandom): string {
  const places = [...json.matchAll(/[{,]("[a-zA-Z]+":)/g)]
  const place = places[random.integer(Math.max(1, places.length))]
  if (!place) return json
  switch (random.integer(3)) {
    case 0:
      return `${json.slice(0, place.index + 1)}${place[1]}null,${json.slice(place.index + 1)}`
    case 1:
      return json.replace(
        place[1]!,
        place[1]!.replace(/"(.)/, (_, first: string) => `"\\u00${first.charCodeAt(0).toString(16)}`),
      )
    default:
      return json.replace(/:(\d+)([,}])/, ':$1.0e0$2')
  }
}

export async function fuzzCertificates(count: number, seed: string): Promise<CertificateReport> {
  const root = mkdtempSync(join(tmpdir(), 'fixative-fuzz-'))
  const folder = join(root, 'folder')
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const [ann, earlier] = [newKey(), newKey()]
  const statement = exampleStatement(ann.publicKey)
  const former = exampleStatementV1(ann.publicKey)
  // Fewer draws: the same code, in less time.
  for (const { predicate } of [statement, former]) {
    const certification = predicate.certification!
    for (const model of [certification.protected, certification.control]) model.correct = model.correct.slice(0, 30)
    certification.draws = 30
  }
  const notice = signSuccession(earlier.privateKey, ann.privateKey, '2026-01-01T00:00:00Z')
  statement.predicate.issuer.continuity = [notice]
  const certificate = signStatement(statement, ann.privateKey)
  const noticeText = JSON.stringify(notice)

  const signed = (payload: string): string => {
    const body = Buffer.from(payload)
    const sig = sign(null, preAuthentication(PAYLOAD_TYPE, body), createPrivateKey(ann.privateKey)).toString('base64')
    return JSON.stringify({ payloadType: PAYLOAD_TYPE, payload: body.toString('base64'), signatures: [{ sig }] })
  }
  const either = (random: KeyedRandom) => (random.integer(4) === 0 ? former : statement)
  const input = (random: KeyedRandom): { kind: 'certificate' | 'notice'; bytes: Buffer } => {
    switch (random.integer(5)) {
      case 0:
        return { kind: 'certificate', bytes: mutate(Buffer.from(certificate), Buffer.from(noticeText), random) }
      case 1:
        return { kind: 'notice', bytes: mutate(Buffer.from(noticeText), Buffer.from(certificate), random) }
      case 2:
        return { kind: 'certificate', bytes: Buffer.from(signed(ambiguous(JSON.stringify(either(random)), random))) }
      case 3:
        return {
          kind: 'certificate',
          bytes: Buffer.from(JSON.stringify(change(JSON.parse(certificate) as Json, random))),
        }
      default:
        return {
          kind: 'certificate',
          bytes: Buffer.from(
            signed(JSON.stringify(change(structuredClone(either(random)) as unknown as Json, random))),
          ),
        }
    }
  }

  const findings: Finding[] = []
  const outcomes = { refused: 0, unsigned: 0, signed: 0, notices: 0 }
  let slowest = 0
  try {
    for (let i = 0; i < count; i++) {
      const { kind, bytes } = input(keyedRandom(seed, 'certificate', i))
      const found = (what: string): void => void findings.push({ input: String(i), what })
      // Time of the processor: a busy machine makes everything slow.
      const started = process.cpuUsage()
      try {
        if (kind === 'notice') {
          parseNotice(bytes.toString('utf8'))
          outcomes.notices++
        } else {
          const path = join(folder, 'fixative-certificate.json')
          writeFileSync(path, bytes)
          const result = await verify(folder, { ring: EMPTY_RING })
          outcomes[result.signature === 'valid' ? 'signed' : 'unsigned']++
          const { name } = result.statement.predicate.issuer
          signerSentence(result.signer, name ?? null)
          summaryOf(result.statement)
          const page = renderReport({ statement: result.statement })
          if (/<script|onerror=alert\(1\)>/i.test(page.replaceAll(/&lt;.*?&gt;/g, '')))
            found('the report has markup of the certificate')
        }
      } catch (error) {
        outcomes.refused++
        if (!(error instanceof FixativeError)) found(String(error))
      }
      const { user, system } = process.cpuUsage(started)
      const took = (user + system) / 1000
      slowest = Math.max(slowest, took)
      if (i % 1000 === 0) process.stderr.write(`${i} certificates\n`)
      if (took > HANG) found(`takes ${Math.round(took)} ms`)
      if ('polluted' in {}) found('Object.prototype was changed')
    }
    for (const name of readdirSync(root))
      if (name !== 'folder') findings.push({ input: name, what: 'written elsewhere' })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  return { inputs: count, outcomes, slowestMilliseconds: Math.round(slowest), findings }
}
