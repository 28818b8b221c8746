/** Both ends of the wire: the typed client of a window or a test, and the server that checks what arrives. */
import type { FixativeErrorData } from '../../src-main/core/errors.js'
import {
  type Answer,
  type EventName,
  type EventPayload,
  type Handlers,
  type Outputs,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  isEventName,
  isRequestName,
  requestSchemas,
} from './requests.js'

/** What carries the messages; the Electron preload and the browser host each make one. Plain data only. */
export interface Transport {
  /** Never rejects for a refusal, only when the connection is lost. */
  request(name: string, payload: unknown): Promise<Answer>
  /** Every event of every name; answers with the function that stops it. */
  subscribe(listener: (name: string, payload: unknown) => void): () => void
  imageUrl(imageId: string): string
  /** Path of a dropped file, '' where the platform hides it. `file` is a DOM File. */
  pathOf(file: object): string
}

/** A refused request: `code` for the program, `message` and `hint` for the user. */
export class RequestError extends Error {
  readonly code: string
  readonly hint: string
  constructor(error: FixativeErrorData) {
    super(error.message)
    this.name = 'RequestError'
    this.code = error.code
    this.hint = error.hint
  }
}

export interface Client {
  /** @throws RequestError when it is refused or has failed. */
  request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>
  /** Calls `listener` for each event of this name; answers with the function that stops it. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
  imageUrl(imageId: string): string
  pathOf(file: object): string
  /** Stops all events. */
  close(): void
}

/** The typed end that a window or a test holds. */
export function createClient(transport: Transport): Client {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const stop = transport.subscribe((name, payload) => {
    if (!isEventName(name)) return
    for (const listener of [...(listeners.get(name) ?? [])]) listener(payload as never)
  })
  return {
    async request(name, input) {
      const answer = await transport.request(name, input)
      if (!answer.ok) throw new RequestError(answer.error)
      return answer.value as Outputs[typeof name]
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      return () => void set.delete(listener)
    },
    imageUrl: (imageId) => transport.imageUrl(imageId),
    pathOf: (file) => transport.pathOf(file),
    close: stop,
  }
}

export type Serve = (name: unknown, payload: unknown) => Promise<Answer>

/**
 * The other end: checks that the name is a request's own key, validates the payload and calls its handler. Always
 * answers, never throws. `toErrorData` says how a thrown error is told to the window.
 */
export function createServer(handlers: Handlers, toErrorData: (error: unknown) => FixativeErrorData): Serve {
  return async (name, payload) => {
    if (!isRequestName(name)) {
      return refuse('unknown-request', 'The window asked for something that Fixative does not offer.')
    }
    const parsed = requestSchemas[name].safeParse(payload)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const where = issue?.path.join('.') || 'the message'
      return refuse('bad-payload', `The request ${name} was refused: ${where}: ${issue?.message ?? 'not valid'}.`)
    }
    try {
      const handler = handlers[name] as (payload: unknown) => Promise<unknown>
      return { ok: true, value: await handler(parsed.data) }
    } catch (error) {
      return { ok: false, error: toErrorData(error) }
    }
  }
}

function refuse(code: string, message: string): Answer {
  return { ok: false, error: { code, message, hint: 'Nothing was changed.' } }
}
