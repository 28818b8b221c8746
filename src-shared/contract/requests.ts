/** All requests and events, and the types that follow from them. */
import type { z } from 'zod'
import type { FixativeErrorData } from '../../src-main/core/errors.js'
import { type SettingsOutputs, settingsEvents, settingsRequests } from './settings.js'
import { type CollectionsOutputs, collectionsEvents, collectionsRequests } from './collections.js'
import { type JobsOutputs, jobsEvents, jobsRequests } from './jobs.js'
import { type ReportsOutputs, reportsEvents, reportsRequests } from './reports.js'
import { type KeysOutputs, keysRequests } from './keys.js'
import { type DevicesOutputs, devicesEvents, devicesRequests } from './devices.js'

/** What each request answers. */
export interface Outputs
  extends SettingsOutputs, CollectionsOutputs, JobsOutputs, ReportsOutputs, KeysOutputs, DevicesOutputs {}

/** What each request carries. Payloads are always an object, `{}` where nothing is needed. */
export const requestSchemas = {
  ...settingsRequests,
  ...collectionsRequests,
  ...jobsRequests,
  ...reportsRequests,
  ...keysRequests,
  ...devicesRequests,
} satisfies Record<keyof Outputs, z.ZodType>

export const eventSchemas = {
  ...settingsEvents,
  ...collectionsEvents,
  ...jobsEvents,
  ...reportsEvents,
  ...devicesEvents,
}

export type RequestName = keyof typeof requestSchemas
export type EventName = keyof typeof eventSchemas
/** What a caller writes: fields with a default may be left out. */
export type RequestInput<N extends RequestName> = z.input<(typeof requestSchemas)[N]>
/** What a handler gets: validated, defaults filled in. */
export type RequestPayload<N extends RequestName> = z.output<(typeof requestSchemas)[N]>
export type RequestOutput<N extends RequestName> = Outputs[N]
export type EventPayload<N extends EventName> = z.output<(typeof eventSchemas)[N]>

export type Api = { readonly [N in RequestName]: (input: RequestInput<N>) => Promise<RequestOutput<N>> }
/** One function per request; `jobs.start` and the others are called with a validated payload. */
export type Handlers = { readonly [N in RequestName]: (payload: RequestPayload<N>) => Promise<RequestOutput<N>> }
/** Sends an event to every window. */
export type Emit = <N extends EventName>(name: N, payload: EventPayload<N>) => void

export type Answer<T = unknown> = { ok: true; value: T } | { ok: false; error: FixativeErrorData }

export const REQUEST_NAMES = Object.keys(requestSchemas) as RequestName[]
export const EVENT_NAMES = Object.keys(eventSchemas) as EventName[]

/** Whether a string names a request; inherited keys ("constructor", "__proto__") do not. */
export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestSchemas, name)
}

/** Whether a string names an event. */
export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(eventSchemas, name)
}
