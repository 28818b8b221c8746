import { NO_REQUEST_NAMES } from '../../test/support/request-names.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  appSettingsSchema,
  createClient,
  createServer,
  DEFAULT_APP_SETTINGS,
  isEventName,
  isRequestName,
  REQUEST_NAMES,
  RequestError,
  type Answer,
  type Handlers,
  type Job,
} from './index.js'
import { errorData, FixativeError } from '../../src-main/core/errors.js'
import { reportsRequests } from './reports.js'

/** Handlers that write down what reaches them; `overrides` answer for some. */
function recording(overrides: Partial<Handlers> = {}): { handlers: Handlers; calls: [string, unknown][] } {
  const calls: [string, unknown][] = []
  const all = REQUEST_NAMES.map((name) => [
    name,
    async (payload: unknown) => {
      calls.push([name, payload])
      return null
    },
  ])
  return { handlers: { ...(Object.fromEntries(all) as unknown as Handlers), ...overrides }, calls }
}

const PREVIEW = { collectionId: 'a', index: 3, visibility: 0.1, strength: 'balanced', resolution: 64 }

const errorOf = (answer: Answer): string => (answer.ok ? 'ok' : answer.error.code)

describe('createServer', () => {
  it.each(NO_REQUEST_NAMES)('refuses the name %j', async (name) => {
    const { handlers, calls } = recording()
    expect(errorOf(await createServer(handlers, errorData)(name, {}))).toBe('unknown-request')
    expect(calls).toEqual([])
  })

  it.each<[string, unknown]>([
    ['jobs.list', undefined],
    ['jobs.list', null],
    ['jobs.list', []],
    ['jobs.list', { extra: 1 }],
    ['jobs.list', JSON.parse('{"__proto__":{"polluted":true}}')],
    ['jobs.get', {}],
    ['jobs.get', { id: 7 }],
    ['jobs.get', { id: '' }],
    ['jobs.get', { id: 'x'.repeat(101) }],
    ['collection.items', { id: 'a', offset: -1, count: 10 }],
    ['collection.items', { id: 'a', offset: 0, count: 501 }],
    ['collection.items', { id: 'a', offset: 0.5, count: 1 }],
    ['preview', { ...PREVIEW, visibility: 8 }],
    ['preview', { ...PREVIEW, visibility: Number.NaN }],
    ['preview', { ...PREVIEW, visibility: null }],
    ['preview', { ...PREVIEW, strength: 'loud' }],
    ['jobs.start', { collectionId: 'a', settings: { visibility: 8 } }],
    ['jobs.start', { collectionId: 'a', settings: { epsilon: 8 } }],
    ['jobs.start', { collectionId: 'a', settings: { unknown: 1 } }],
    ['stress.start', { path: '' }],
    ['stress.start', { path: '/a', steps: 1 }],
    ['settings.set', { changes: { theme: 'neon' } }],
    ['settings.set', { changes: { signerName: 'x'.repeat(201) } }],
    ['keys.export', { part: 'private' }],
    ['keys.export', { part: 'private', passphrase: 'short' }],
    ['reports.get', { jobId: 'a', path: '/b' }],
  ])('refuses %s with %j', async (name, payload) => {
    const { handlers, calls } = recording()
    const answer = await createServer(handlers, errorData)(name, payload)
    expect(errorOf(answer)).toBe('bad-payload')
    expect(calls).toEqual([])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('fills defaults in and passes nothing else on', async () => {
    const { handlers, calls } = recording()
    await createServer(handlers, errorData)('preview', PREVIEW)
    expect(calls).toEqual([['preview', { ...PREVIEW, width: 640, height: 480, centerX: 0.5, centerY: 0.5 }]])
  })

  it('a partial change of the settings resets nothing else', async () => {
    const { handlers, calls } = recording()
    await createServer(handlers, errorData)('settings.set', { changes: { theme: 'dark' } })
    expect(calls).toEqual([['settings.set', { changes: { theme: 'dark' } }]])
  })

  it('answers a thrown error with code, sentence and hint', async () => {
    const { handlers } = recording({
      'jobs.list': async () => {
        throw new FixativeError('code', 'Sentence.', 'Hint.')
      },
      'history.list': () => {
        throw new TypeError('not a promise even')
      },
    })
    const serve = createServer(handlers, errorData)
    expect(await serve('jobs.list', {})).toEqual({
      ok: false,
      error: { code: 'code', message: 'Sentence.', hint: 'Hint.' },
    })
    expect(errorOf(await serve('history.list', {}))).toBe('internal')
  })
})

describe('createClient', () => {
  it('throws a refusal as a RequestError and sorts events by name', async () => {
    let send: (name: string, payload: unknown) => void = () => undefined
    const { handlers } = recording()
    const serve = createServer(handlers, errorData)
    const client = createClient({
      request: (name, payload) => serve(name, payload),
      subscribe: (listener) => {
        send = listener
        return () => undefined
      },
      imageUrl: (id) => `x:${id}`,
      pathOf: () => '',
    })
    expect(await client.request('jobs.list', {})).toBeNull()
    const refused = client.request('jobs.get', { id: '' })
    await expect(refused).rejects.toBeInstanceOf(RequestError)
    await expect(refused).rejects.toMatchObject({ code: 'bad-payload', hint: 'Nothing was changed.' })

    const heard: string[] = []
    const stop = client.on('jobs.removed', ({ id }) => heard.push(id))
    send('jobs.removed', { id: 'a' })
    send('settings.changed', DEFAULT_APP_SETTINGS)
    send('__proto__', {})
    stop()
    send('jobs.removed', { id: 'b' })
    expect(heard).toEqual(['a'])
  })

  it('is typed from the contract', () => {
    type Request = ReturnType<typeof createClient>['request']
    expectTypeOf<Request>().toBeCallableWith('jobs.get', { id: 'a' })
    expectTypeOf<Awaited<ReturnType<Handlers['jobs.get']>>>().toEqualTypeOf<Job>()
  })
})

it('names are own keys only', () => {
  expect(isRequestName('jobs.list')).toBe(true)
  expect(isEventName('jobs.changed')).toBe(true)
  for (const name of ['constructor', '__proto__', 'jobs.changed']) expect(isRequestName(name)).toBe(false)
  for (const name of ['constructor', '__proto__', 'jobs.list']) expect(isEventName(name)).toBe(false)
})

it('the default settings are valid', () => {
  expect(appSettingsSchema.parse(DEFAULT_APP_SETTINGS)).toEqual(DEFAULT_APP_SETTINGS)
})

it('lets no request say where a report is written', () => {
  const request = { source: { jobId: 'j1' }, format: 'html' }
  expect(reportsRequests['reports.save'].safeParse(request).success).toBe(true)
  expect(reportsRequests['reports.save'].safeParse({ ...request, target: '/etc/passwd' }).success).toBe(false)
})
