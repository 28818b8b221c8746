/**
 * The one contract between the window and main. Preload API, window client, Electron handlers, browser host and test
 * clients are all derived from it; nothing else crosses.
 *
 * - A request is a name and one payload object. `requestSchemas` validates it on arrival, `Outputs` types the answer.
 * - An event is a name and one payload, `eventSchemas`; main sends it to every window, nobody answers.
 * - A refusal is data, `{ code, message, hint }`, because classes do not survive the crossing; `createClient` turns it
 *   into a thrown `RequestError`.
 * - Pictures never cross by path or in a message: a view holds opaque image ids, and `Transport.imageUrl(id)` is where
 *   the bytes are. Ids die with the app, and the oldest are forgotten: on an image error ask for the view again.
 *
 * Times are ISO 8601 strings, durations seconds, shares, accuracies and ꟻLIP 0–1. Nothing is `undefined` in an
 * answer: what is not known yet is null.
 */
export type { Settings } from '../../src-main/core/settings.js'
export type { Stage } from '../../src-main/core/job-events.js'
export * from './settings.js'
export * from './collections.js'
export * from './jobs.js'
export * from './reports.js'
export * from './keys.js'
export * from './devices.js'
export * from './requests.js'
export * from './wire.js'
