import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src-shared/contract/index.js'
import { createHttpTransport } from '../../src-renderer/http-transport.js'
import { MAX_BODY, startServer, type WindowServer } from './server.js'
import type { WindowFile } from '../app/window-files.js'

const PAGE = Buffer.from('<!doctype html><title>page</title>')
const files = new Map<string, WindowFile>([
  ['index.html', { body: PAGE, type: 'text/html; charset=utf-8' }],
  ['assets/a.js', { body: Buffer.from('1'), type: 'text/javascript; charset=utf-8' }],
])
const served: unknown[] = []
let server: WindowServer
let url: URL

beforeAll(async () => {
  server = await startServer({
    port: 0,
    files,
    serve: async (name, payload) => {
      served.push([name, payload])
      return { ok: true, value: payload }
    },
    images: async (id) => (id === 'known' ? { bytes: new Uint8Array([1, 2, 3]), mime: 'image/png' } : null),
  })
  url = new URL(server.url)
})
afterAll(() => server.close())

interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A request whose every header is the test's own; fetch would set Host itself. */
function send(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  return new Promise((done, fail) => {
    const { method = 'GET', headers = {}, body } = options
    const request = httpRequest(
      { host: '127.0.0.1', port: url.port, path, method, headers: { host: url.host, ...headers }, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      },
    )
    request.on('error', fail)
    request.end(body)
  })
}

function ask(message: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return send(`${url.pathname}api`, {
    method: 'POST',
    headers: { origin: url.origin, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(message),
  })
}

/** Path exactly as given; clients would tidy it up first. */
function raw(path: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(Number(url.port), '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
    })
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('close', () => done(text))
    socket.on('error', fail)
  })
}

describe('what the host serves', () => {
  it('gives the page, its scripts and pictures to whoever knows the address', async () => {
    const page = await send(url.pathname)
    expect(page).toMatchObject({ status: 200, body: PAGE.toString() })
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['content-security-policy']).not.toContain('unsafe-eval')
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
    expect((await send(`${url.pathname}assets/a.js`)).status).toBe(200)
    expect((await send(`${url.pathname}image/known`)).headers['content-type']).toBe('image/png')
    expect((await send(`${url.pathname}image/other`)).status).toBe(404)
  })

  it('answers requests and sends events through the transport', async () => {
    const transport = createHttpTransport(server.url)
    const events: unknown[] = []
    transport.subscribe((name, payload) => events.push([name, payload]))
    expect(await transport.request('app.info', { a: 1 })).toEqual({ ok: true, value: { a: 1 } })
    server.emit('jobs.removed', { id: 'x' })
    await expect.poll(() => events).toEqual([['jobs.removed', { id: 'x' }]])
    transport.close()
  })

  it('uses a 256-bit secret, another one each time', async () => {
    const other = await startServer({
      port: 0,
      files,
      serve: async () => ({ ok: true, value: null }),
      images: async () => null,
    })
    const secret = (address: string): string => new URL(address).pathname.replaceAll('/', '')
    expect(Buffer.from(secret(server.url), 'base64url')).toHaveLength(32)
    expect(secret(other.url)).not.toBe(secret(server.url))
    // The address of one port is worth nothing on another.
    expect((await fetch(new URL(url.pathname, other.url))).status).toBe(404)
    await other.close()
  })
})

describe('what the host refuses', () => {
  const wrong = 'A'.repeat(43)

  it.each([
    ['no token', '/'],
    ['no token, a file', '/index.html'],
    ['a wrong token', `/${wrong}/`],
    ['a wrong token, a picture', `/${wrong}/image/known`],
    ['an empty token', '//'],
  ])('%s', async (_name, path) => {
    expect(await send(path)).toMatchObject({ status: 404, body: '' })
  })

  it('a token that is cut short or has more after it', async () => {
    const token = url.pathname.replaceAll('/', '')
    expect((await send(`/${token.slice(0, -1)}/`)).status).toBe(404)
    expect((await send(`/${token}x/`)).status).toBe(404)
    expect((await send(`/${token}`)).status).toBe(404)
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost', '127.0.0.1:1', '[::1]', '0.0.0.0'])(
    'the host name %s (DNS rebinding)',
    async (host) => {
      expect(await send(url.pathname, { headers: { host } })).toMatchObject({ status: 421, body: '' })
    },
  )

  it('another origin, no origin, and another port of this machine', async () => {
    const before = served.length
    for (const origin of [
      'http://evil.example',
      'null',
      `http://127.0.0.1:${Number(url.port) + 1}`,
      `https://${url.host}`,
    ]) {
      expect((await ask({ name: 'x', payload: {} }, { origin })).status).toBe(403)
    }
    const bare = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    expect((await send(`${url.pathname}api`, bare)).status).toBe(403)
    expect((await send(`${url.pathname}events`, bare)).status).toBe(403)
    expect(served).toHaveLength(before)
  })

  it('pictures and pages that another site embeds', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await send(`${url.pathname}image/known`, { headers: { 'sec-fetch-site': site } })).status).toBe(403)
    }
    expect((await send(`${url.pathname}image/known`, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(
      200,
    )
  })

  it('paths that lead out of the folder', async () => {
    for (const path of [
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/package.json',
      '..\\package.json',
      '/etc/passwd',
      'assets/../../x',
    ]) {
      expect(await raw(url.pathname + path)).toMatch(/^HTTP\/1\.1 404 /)
    }
    expect(await raw(`${url.pathname}image/../index.html`)).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('other methods, other content, unreadable content', async () => {
    expect((await send(url.pathname, { method: 'PUT' })).status).toBe(405)
    expect((await send(url.pathname, { method: 'OPTIONS', headers: { origin: 'http://evil.example' } })).status).toBe(
      405,
    )
    expect((await ask({ name: 'x' }, { 'content-type': 'text/plain' })).status).toBe(415)
    const headers = { origin: url.origin, 'content-type': 'application/json' }
    const broken = await send(`${url.pathname}api`, { method: 'POST', headers, body: '{"name":' })
    expect(JSON.parse(broken.body)).toMatchObject({ ok: false, error: { code: 'bad-message' } })
  })

  it('an oversized message, announced or not', async () => {
    const before = served.length
    const body = JSON.stringify({ name: 'x', payload: 'y'.repeat(MAX_BODY) })
    const headers = { origin: url.origin, 'content-type': 'application/json' }
    const announced = { ...headers, 'content-length': String(body.length) }
    const post = (more: Record<string, string>): Promise<number> =>
      send(`${url.pathname}api`, { method: 'POST', headers: more, body }).then(
        ({ status }) => status,
        // The connection is closed while the rest is still being sent.
        () => 413,
      )
    expect(await post(announced)).toBe(413)
    expect(await post({ ...headers, 'transfer-encoding': 'chunked' })).toBe(413)
    expect(served).toHaveLength(before)
    expect((await ask({ name: 'after', payload: {} })).status).toBe(200)
  })

  it('most of 1,000 rapid requests, with and without the token, and still answers afterwards', async () => {
    const outsiders = await Promise.all(inBatches(1_000, () => send(`/${wrong}/api`).then(({ status }) => status)))
    expect(outsiders.every((status) => status === 404)).toBe(true)
    const insiders = await Promise.all(inBatches(1_000, () => ask({ name: 'app.info', payload: {} })))
    const refused = insiders.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(300)
    expect((JSON.parse(refused[0]!.body) as Answer).ok).toBe(false)
    expect(insiders.filter(({ status }) => status === 200).length + refused.length).toBe(1_000)
    await new Promise((done) => setTimeout(done, 200))
    expect((await ask({ name: 'app.info', payload: {} })).status).toBe(200)
  })
})

/** `count` calls, 50 at a time: as fast as one program can send them. */
function inBatches<T>(count: number, call: () => Promise<T>): Promise<T>[] {
  let gate: Promise<unknown> = Promise.resolve()
  return Array.from({ length: count }, (_, i) => {
    const mine = gate.then(call)
    if (i % 50 === 49) gate = mine
    return mine
  })
}
