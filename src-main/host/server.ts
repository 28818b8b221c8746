/** The browser host's HTTP server: the window's files, its requests, its events and its pictures, on 127.0.0.1 only. */
import { PAGE_POLICY, securityHeaders } from '../../src-shared/page-policy.js'
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer, Emit, Serve } from '../../src-shared/contract/index.js'
import type { ServedImage } from '../app/images.js'
import { FixativeError } from '../core/errors.js'
import { admit } from './gate.js'
import { RateLimit } from './rate.js'
import type { WindowFile } from '../app/window-files.js'

export interface ServerOptions {
  /** 0: any free port. */
  readonly port: number
  readonly files: ReadonlyMap<string, WindowFile>
  readonly serve: Serve
  readonly images: (id: string) => Promise<ServedImage | null>
}

export interface WindowServer {
  /** `http://127.0.0.1:<port>/<secret>/` */
  readonly url: string
  readonly emit: Emit
  close(): Promise<void>
}

/** Largest request body, bytes: room for an edit that names 100,000 pictures. */
export const MAX_BODY = 2 ** 20
const MAX_STREAMS = 16
const MAX_CONNECTIONS = 128
/** An event stream that has this much unsent is of a page that has stopped reading. */
const MAX_UNSENT = 16 * 2 ** 20

const HEADERS = securityHeaders(PAGE_POLICY)

/** @throws FixativeError `port-taken` */
export async function startServer(options: ServerOptions): Promise<WindowServer> {
  const token = randomBytes(32).toString('base64url')
  const requests = new RateLimit(200, 100)
  const images = new RateLimit(2_000, 500)
  const streams = new Set<ServerResponse>()
  let port = 0

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const passage = admit(request, { port, token })
    if (!passage.ok) return end(response, passage.status)
    const { path } = passage
    if (request.method === 'POST') {
      if (path === 'events') return openStream(request, response, streams)
      if (path !== 'api') return end(response, 404)
      if (!requests.take()) return answer(response, 429, refusal('too-many-requests', 'The window asked too often.'))
      return handleApi(request, response, options.serve)
    }
    if (path.startsWith('image/')) {
      if (!images.take()) return end(response, 429)
      return sendImage(response, await options.images(path.slice('image/'.length)))
    }
    const file = options.files.get(path === '' ? 'index.html' : path)
    return file ? send(response, 200, file.type, file.body) : end(response, 404)
  }

  const server = createServer((request, response) => {
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    handle(request, response).catch(() => (response.headersSent ? response.destroy() : end(response, 500)))
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.maxConnections = MAX_CONNECTIONS
  port = await listen(server, options.port)

  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    emit: (name, payload) => {
      const line = `${JSON.stringify({ name, payload })}\n`
      for (const stream of streams) {
        if (stream.writableLength > MAX_UNSENT) stream.destroy()
        else stream.write(line)
      }
    },
    close: async () => {
      for (const stream of streams) stream.end()
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') return fail(cause)
      const hint = 'Choose another one with --port, or leave it out for any free port.'
      fail(new FixativeError('port-taken', `Port ${port} of this computer cannot be used.`, hint, { cause }))
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => done((server.address() as AddressInfo).port))
  })
}

async function handleApi(request: IncomingMessage, response: ServerResponse, serve: Serve): Promise<void> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return end(response, 415)
  const body = await readBody(request)
  if (body === null) {
    return answer(response, 413, refusal('message-too-large', `The window sent more than ${MAX_BODY} bytes.`))
  }
  const message = parse(body)
  if (message === null) return answer(response, 400, refusal('bad-message', 'The window sent something unreadable.'))
  return answer(response, 200, await serve(message.name, message.payload))
}

/** The body as text; null as soon as it is too long, after which nothing more of it is kept. */
function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return Promise.resolve(null)
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BODY) {
        request.removeAllListeners('data')
        done(null)
      } else chunks.push(chunk)
    })
    request.on('end', () => done(Buffer.concat(chunks).toString('utf8')))
    request.on('error', fail)
    request.on('close', () => fail(new Error('The connection was lost.')))
  })
}

function parse(body: string): { name: unknown; payload: unknown } | null {
  try {
    const message: unknown = JSON.parse(body)
    if (typeof message !== 'object' || message === null) return null
    return { name: Reflect.get(message, 'name'), payload: Reflect.get(message, 'payload') }
  } catch {
    return null
  }
}

/** A response that stays open; each event is one line of JSON. */
function openStream(request: IncomingMessage, response: ServerResponse, streams: Set<ServerResponse>): void {
  request.resume()
  if (streams.size >= MAX_STREAMS) return end(response, 429)
  streams.add(response)
  response.on('close', () => streams.delete(response))
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson' })
  // An empty line sends the head off at once, so that the other end knows it is connected.
  response.write('\n')
}

function sendImage(response: ServerResponse, image: ServedImage | null): void {
  if (image === null) return end(response, 404)
  response.writeHead(200, {
    ...HEADERS,
    'content-type': image.mime,
    'content-length': image.bytes.byteLength,
    // An id means the same bytes for as long as it lives.
    'cache-control': 'private, max-age=3600',
  })
  response.end(image.bytes)
}

function refusal(code: string, message: string): Answer {
  return { ok: false, error: { code, message, hint: 'Nothing was changed. Load the page again.' } }
}

function answer(response: ServerResponse, status: number, value: Answer): void {
  // What was not read of the body would be taken for the next request.
  if (status !== 200) response.setHeader('connection', 'close')
  send(response, status, 'application/json', Buffer.from(JSON.stringify(value)))
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': body.length })
  response.end(body)
}

/** An answer without content, after which the connection is closed. */
function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...HEADERS, connection: 'close', 'content-length': 0 })
  response.end()
}
