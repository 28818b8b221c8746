/**
 * The window's end of the browser host: a `Transport` over `fetch` alone, so that the same code serves a browser and a
 * test in Node.
 */
import type { Answer, Transport } from '../src-shared/contract/index.js'

export interface HttpTransport extends Transport {
  /** Ends the event stream and every request under way. */
  close(): void
}

const RETRY_MS = 1_000

/**
 * @param base address of the page with its secret, ending in '/': what `startHost` gives as `url`, and in a browser
 *   `new URL('.', location.href).href`
 * @param onConnection told when the event stream is lost (false) and when it is there again (true); what happened in
 *   between is not repeated, so a window then asks for its views again
 */
export function createHttpTransport(base: string, onConnection?: (connected: boolean) => void): HttpTransport {
  const listeners = new Set<(name: string, payload: unknown) => void>()
  const closing = new AbortController()
  let connected: Promise<void> | null = null

  const post = (path: string, body: string, signal: AbortSignal): Promise<Response> =>
    fetch(base + path, {
      method: 'POST',
      // A browser sets its own Origin and ignores this one; a test in Node has none of its own.
      headers: { 'content-type': 'application/json', origin: new URL(base).origin },
      body,
      signal,
      redirect: 'error',
    })

  const listen = async (opened: () => void): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const response = await post('events', '{}', closing.signal)
        if (response.ok && response.body) {
          opened()
          onConnection?.(true)
          await readLines(response.body, (line) => {
            const { name, payload } = JSON.parse(line) as { name: string; payload: unknown }
            for (const listener of [...listeners]) listener(name, payload)
          })
        }
      } catch {
        // A lost connection is what the loop is for.
      }
      if (closing.signal.aborted) return
      onConnection?.(false)
      await new Promise((done) => setTimeout(done, RETRY_MS))
    }
  }

  return {
    request: async (name, payload) => {
      // Events of what a request starts must not be missed: the stream is open before the first request goes out.
      await connected
      const response = await post('api', JSON.stringify({ name, payload }), closing.signal)
      return (await response.json()) as Answer
    },
    subscribe: (listener) => {
      listeners.add(listener)
      connected ??= new Promise((opened) => {
        setTimeout(opened, RETRY_MS)
        void listen(opened)
      })
      return () => void listeners.delete(listener)
    },
    imageUrl: (imageId) => `${base}image/${encodeURIComponent(imageId)}`,
    pathOf: () => '',
    close: () => closing.abort(),
  }
}

async function readLines(body: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  }
}
