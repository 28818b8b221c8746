/** Who may talk to the host at all. Everything here is decided from the request's head, before any of its body. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Passage =
  | { readonly ok: true; /** Path after the secret, without the leading '/'. */ readonly path: string }
  | { readonly ok: false; readonly status: number; readonly reason: string }

export interface Gate {
  readonly port: number
  /** The secret first part of every path, 256 random bits. */
  readonly token: string
}

/**
 * Lets a request in when all of these hold:
 * - `Host` is exactly ours. A page of another name that resolves to this machine (DNS rebinding) says its own name.
 * - The path starts with the secret. It is in the path rather than in a cookie because browsers send a cookie to
 *   every port of a host: any other program that serves a page on this machine would be handed the secret.
 * - `Origin`, where there is one, is ours; it must be there for POST, which browsers always send it with.
 * - `Sec-Fetch-Site`, where there is one, says the page itself or an address that the user typed: no page of another
 *   origin can load our pictures or scripts, not even one from another port of this machine.
 */
export function admit(request: IncomingMessage, gate: Gate): Passage {
  const hosts = [`127.0.0.1:${gate.port}`, `localhost:${gate.port}`]
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const method = request.method ?? ''
  if (host === undefined || !hosts.includes(host)) return refused(421, 'wrong host')
  if (method !== 'GET' && method !== 'POST') return refused(405, 'wrong method')
  const path = afterToken(request.url ?? '', gate.token)
  if (path === null) return refused(404, 'wrong token')
  if (origin === undefined ? method === 'POST' : origin !== `http://${host}`) return refused(403, 'wrong origin')
  const navigation = site === 'none' && method === 'GET'
  if (site !== undefined && site !== 'same-origin' && !navigation) return refused(403, 'wrong site')
  return { ok: true, path }
}

function refused(status: number, reason: string): Passage {
  return { ok: false, status, reason }
}

/** What follows `/<token>/` up to the query; null when the token is another one. Compared in constant time. */
function afterToken(url: string, token: string): string | null {
  const given = Buffer.from(url.slice(0, token.length + 2))
  const expected = Buffer.from(`/${token}/`)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  return url.slice(token.length + 2).split(/[?#]/, 1)[0]!
}
