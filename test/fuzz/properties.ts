/** What holds for every input: names of files, messages of the window, certificates, channels. */
import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { openEnvelope, signStatement } from '../../src-main/core/certificate/dsse.js'
import { parseNotice } from '../../src-main/core/certificate/notices.js'
import { canBeListed } from '../../src-main/core/certificate/schema.js'
import { parseChannels } from '../../src-main/core/channels.js'
import { errorData, FixativeError } from '../../src-main/core/errors.js'
import { settingsSchema } from '../../src-main/core/settings.js'
import { createServer, type Handlers, REQUEST_NAMES } from '../../src-shared/contract/index.js'
import { planOutputs } from '../../src-main/images/outputs.js'
import type { OutputFormat } from '../../src-main/images/types.js'
import { migrateSettings } from '../../src-main/app/settings.js'
import { exampleStatement, newKey } from '../fixtures/certificate.js'

type Property = fc.IProperty<unknown> | fc.IAsyncProperty<unknown>

const FORMATS: readonly OutputFormat[] = ['png', 'jpeg', 'webp', 'tiff', 'avif']
/** Parts of names that have a meaning somewhere. */
const part = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '..',
    '.',
    '',
    'a',
    'A',
    'é',
    'e\u0301',
    'C:',
    '\\',
    '..\\x',
    '\0',
    'con',
    'x.png',
    'x.JPG',
    'x.jpg',
    '.png',
  ),
)
const anyPath = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'))
/** As the scan gives them: parts that a folder can hold. */
const scanned = fc
  .array(
    part.filter((name) => !/[/\0]/.test(name) && !['', '.', '..'].includes(name)),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('/'))

const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}
/** Refusals are FixativeErrors; all else is a defect. */
function refusing(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof FixativeError)) throw error
  }
}

const ann = newKey()
const statement = exampleStatement(ann.publicKey)
const certificate = JSON.parse(signStatement(statement, ann.privateKey)) as Record<string, unknown>
const anything = fc.oneof(fc.jsonValue({ maxDepth: 5 }), fc.anything({ withNullPrototype: true, maxDepth: 3 }))

export const PROPERTIES: Readonly<Record<string, Property>> = {
  'a path that a certificate can list stays in its folder, on every system': fc.property(anyPath, (path) => {
    if (!canBeListed(path)) return
    for (const [system, root] of [
      [posix, '/out'],
      [win32, 'C:\\out'],
    ] as const) {
      const full = system.join(root, ...path.split('/'))
      check(full.startsWith(root + system.sep), `${JSON.stringify(path)} gives ${full}`)
    }
  }),

  'planned outputs stay in the folder, and no two are the same': fc.property(
    fc.uniqueArray(scanned, { maxLength: 12 }),
    fc.constantFrom('keep' as const, ...FORMATS),
    fc.array(fc.constantFrom(...FORMATS), { minLength: 12, maxLength: 12 }),
    (paths, format, formats) => {
      const planned = planOutputs(
        paths.map((path, i) => ({ path, format: formats[i]! })),
        format,
      )
      check(planned.length === paths.length, 'one a file')
      const keys = new Set(planned.map((name) => name.normalize('NFC').toLowerCase()))
      check(keys.size === planned.length, `two are the same: ${JSON.stringify(planned)}`)
      check(!keys.has('fixative-certificate.json') && !keys.has('fixative-report.html'), 'a name of Fixative')
      for (const name of planned) {
        check(posix.join('/out', ...name.split('/')).startsWith('/out/'), `${JSON.stringify(name)} leaves the folder`)
        check(!name.split('/').includes('..'), `${JSON.stringify(name)} goes up`)
      }
    },
  ),

  'every message of the window gets an answer, and never an exception': fc.asyncProperty(
    fc.oneof(fc.constantFrom(...REQUEST_NAMES), fc.constantFrom('__proto__', 'constructor', ''), anything),
    fc.oneof(anything, fc.dictionary(fc.constantFrom('id', 'path', 'folder', 'settings', 'changes'), anything)),
    async (name, payload) => {
      const handlers = new Proxy({}, { get: () => async () => null }) as Handlers
      const answer = await createServer(handlers, errorData)(name, payload)
      check(answer.ok || answer.error.message !== '', 'an answer')
      check(!('polluted' in {}), 'Object.prototype was changed')
    },
  ),

  'bytes that are no certificate are refused': fc.property(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    ),
    (bytes) => refusing(() => openEnvelope(bytes)),
  ),

  'a certificate with anything in a place of it is refused, or not signed': fc.property(
    fc.constantFrom('payloadType', 'payload', 'signatures', 'extra'),
    fc.jsonValue({ maxDepth: 4 }),
    (field, value) => {
      refusing(() => {
        const { signed } = openEnvelope(Buffer.from(JSON.stringify({ ...certificate, [field]: value })))
        check(!signed || JSON.stringify(certificate[field]) === JSON.stringify(value), `${field} can be exchanged`)
      })
    },
  ),

  'a payload with anything in a place of it is not signed': fc.property(
    fc.constantFrom(...Object.keys(statement.predicate)),
    fc.jsonValue({ maxDepth: 3 }),
    (field, value) => {
      const changed = { ...statement, predicate: { ...statement.predicate, [field]: value } }
      const payload = Buffer.from(JSON.stringify(changed)).toString('base64')
      refusing(() => {
        const { signed } = openEnvelope(Buffer.from(JSON.stringify({ ...certificate, payload })))
        check(!signed || payload === certificate['payload'], `${field} can be exchanged`)
      })
    },
  ),

  'text that is no notice about a key is refused': fc.property(
    fc.oneof(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 4 })),
    (text) => refusing(() => parseNotice(text)),
  ),

  'settings of any kind become settings that are valid': fc.property(
    fc.oneof(
      anything,
      fc.record({ job: fc.dictionary(fc.constantFrom(...Object.keys(settingsSchema.shape)), anything) }),
    ),
    (stored) => {
      const { job } = migrateSettings(stored)
      check(settingsSchema.safeParse(job).success, JSON.stringify(job))
    },
  ),

  'channels of any kind are refused as not fitting the form, or fit it': fc.property(
    fc.oneof(anything, fc.dictionary(fc.constantFrom('web', '../x', '__proto__'), anything)),
    (json) => {
      try {
        for (const { name } of parseChannels(json)) check(/^[a-z][a-z0-9-]*$/.test(name), name)
      } catch (error) {
        if ((error as Error).name !== 'ZodError' && (error as Error).name !== '$ZodError') throw error
      }
    },
  ),
}

/** A description of the smallest input for which a property does not hold; null: none was found. */
export async function counterexample(property: Property, numRuns: number, seed: number): Promise<string | null> {
  const found = await fc.check(property as fc.IAsyncProperty<unknown>, { numRuns, seed })
  return found.failed ? `${fc.stringify(found.counterexample)}: ${String(found.errorInstance)}` : null
}
