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
import type { EngineName } from '../../src-main/core/engine-names.js'
import type { CurvePoint } from '../../src-main/core/certificate/curve-shape.js'
import { VERDICTS, type Verdict } from '../../src-main/core/verdict.js'
import { z } from 'zod'
import { DEFAULT_SETTINGS, settingsSchema } from '../../src-main/core/settings.js'
import type { FixativeErrorData } from '../../src-main/core/errors.js'
import { STAGES } from '../../src-main/core/job-events.js'

export type { Settings } from '../../src-main/core/settings.js'
export type { Stage } from '../../src-main/core/job-events.js'

// ---------------------------------------------------------------- pieces

const id = z.string().min(1).max(100)
const path = z.string().min(1).max(32_768)
const text = z.string().max(2_000)
const count = z.int().min(0)
const refusal = z.strictObject({ code: z.string(), message: z.string(), hint: z.string() })

/** How many folders are remembered. */
export const RECENT_FOLDERS = 12

/** What the app remembers; `job` is what a new job starts with. */
export const appSettingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** One quiet notification when a job ends. */
  notify: z.boolean(),
  /** Shortcuts of one key ('?', Space); off for people who speak to their computer. */
  singleKeys: z.boolean(),
  /** Put into the certificate as the issuer's name; empty: none. */
  signerName: z.string().trim().max(200),
  /** Folder that gets the protected copies (in a sub-folder each); null: beside the originals. */
  outputFolder: path.nullable(),
  /** Newest first. */
  recentFolders: z.array(path).max(RECENT_FOLDERS),
  job: settingsSchema,
})
export type AppSettings = z.infer<typeof appSettingsSchema>
export const DEFAULT_APP_SETTINGS: AppSettings = {
  theme: 'system',
  notify: true,
  singleKeys: true,
  signerName: '',
  outputFolder: null,
  recentFolders: [],
  job: DEFAULT_SETTINGS,
}

const problem = z.strictObject({ path: z.string(), reason: z.string() })
const notice = z.strictObject({ code: z.string(), message: z.string(), hint: z.string() })

/** A folder that was looked at. Complete when `state` is 'ready'; until then the numbers grow. */
export const collectionSchema = z.strictObject({
  id,
  folder: z.string(),
  /** Last part of the folder, for titles. */
  name: z.string(),
  /** listing: walking the tree; reading: opening each picture; grouping: sorting a flat folder by look. */
  state: z.enum(['listing', 'reading', 'grouping', 'ready', 'failed']),
  progress: z.strictObject({ done: count, total: count }),
  /** Pictures that will be protected. */
  images: count,
  bytes: count,
  /** Of the pictures read so far. */
  megapixels: z.number(),
  labelSource: z.enum(['folders', 'auto', 'csv']),
  classes: z.array(
    z.strictObject({
      /** Position in this list; what `collection.relabel` and `collection.items` call the class. */
      index: count,
      name: z.string(),
      count,
      /** Image ids of up to four of its pictures. */
      samples: z.array(id),
    }),
  ),
  /** The first 500 files that are left out, with the reason; `problemCount` has them all. */
  problems: z.array(problem),
  problemCount: count,
  /** Pictures with the same bytes as another one. Only the first of them is protected. */
  duplicates: z.array(z.strictObject({ path: z.string(), sameAs: z.string() })),
  /** Certificate found in the folder: it holds protected pictures already. */
  protectedBy: z.string().nullable(),
  /** Why the collection cannot be certified (it is still protected), one sentence; null: it can. */
  notCertifiable: z.string().nullable(),
  /** Where the protected pictures will be written unless the user chooses otherwise. */
  output: z.string(),
  error: refusal.nullable(),
})
export type Collection = z.infer<typeof collectionSchema>

export const JOB_STATES = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const

/** Everything a window needs to show one job; sent whole with every change, at most five times a second. */
export const jobSchema = z.strictObject({
  id,
  name: z.string(),
  folder: z.string(),
  output: z.string(),
  settings: settingsSchema,
  state: z.enum(JOB_STATES),
  /** True between a request to pause or cancel and the moment the work has stopped. */
  stopping: z.boolean(),
  /** Place in the queue, 0 = next; null when not queued. */
  position: count.nullable(),
  /** All stages of this job in their order. `done`/`total` count `unit`s ("picture", "round", "draw"). */
  stages: z.array(
    z.strictObject({
      stage: z.enum(STAGES),
      state: z.enum(['waiting', 'running', 'done']),
      done: z.number(),
      total: z.number(),
      unit: z.string(),
      seconds: z.number(),
    }),
  ),
  /** Of the current stage; null: not known yet. */
  etaSeconds: z.number().nullable(),
  /** Running time without pauses. */
  elapsedSeconds: z.number(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  warnings: z.array(notice),
  /** The graphics card that computes; null: the processor. */
  device: z.string().nullable().default(null),
  /** The first 500 files left out; `skippedCount` has them all. */
  skipped: z.array(problem),
  skippedCount: count,
  /** When done. */
  result: z
    .strictObject({
      jobId: z.string(),
      output: z.string(),
      certificate: z.string(),
      report: z.string(),
      images: count,
      skipped: count,
      headline: z.string(),
      verdict: z.enum(VERDICTS).nullable(),
      explanation: z.string(),
      seconds: z.number(),
    })
    .nullable(),
  /** When failed. */
  error: refusal.nullable(),
})
export type Job = z.infer<typeof jobSchema>
export type JobState = Job['state']

/** A stress test of one protected folder (docs/stress.md): what is finished of it, and how far it is where it runs. */
export const stressSchema = z.strictObject({
  /** Absolute path; says which folder it is. */
  certificate: z.string(),
  /** Of each training. */
  steps: count,
  running: z.boolean(),
  /** True between a request to cancel and the moment the work has stopped. */
  stopping: z.boolean(),
  /** Trainings. `total` 0: it cannot be made here, and `error` says why. */
  done: count,
  total: count,
  /** Null: not known yet, or it does not run. */
  etaSeconds: z.number().nullable(),
  /** Finished rows, worst first; shares 0–1. */
  results: z.array(
    z.strictObject({ id: z.string(), protected: z.number(), originals: z.number(), chance: z.number() }),
  ),
  /** Why it cannot be made, or has failed; finished rows are kept. */
  error: refusal.nullable(),
})
export type StressTest = z.infer<typeof stressSchema>

// ---------------------------------------------------------------- requests

const nothing = z.strictObject({})
const job = z.strictObject({ id })
const reason = z.string().trim().max(500)
/** What the user calls a signer; empty: nothing. */
const signer = z.string().trim().max(200)
/** A report belongs to a finished job, or to a certificate anywhere (or the folder that holds it). */
const reportSource = z.union([z.strictObject({ jobId: id }), z.strictObject({ path })])
export type ReportSource = z.infer<typeof reportSource>

const relabelling = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rename'), class: count, name: z.string().trim().min(1).max(200) }),
  /** All pictures of `class` go to `into`; `class` disappears. */
  z.strictObject({ kind: z.literal('merge'), class: count, into: count }),
  /** Item indices (of `collection.items`) go to the class of this name, which is made if it does not exist. */
  z.strictObject({
    kind: z.literal('move'),
    items: z.array(count).min(1).max(100_000),
    to: z.string().trim().min(1).max(200),
  }),
  /** Group by look again, into this many groups; null: as many as fit best. Undoes all edits. */
  z.strictObject({ kind: z.literal('regroup'), groups: z.int().min(2).max(100).nullable() }),
])

/** What each request carries. Payloads are always an object, `{}` where nothing is needed. */
export const requestSchemas = {
  'app.info': nothing,

  'settings.get': nothing,
  /** Changes the named fields and answers with all of them. */
  'settings.set': z.strictObject({ changes: appSettingsSchema.partial() }),

  /** Native dialog; null when the user closes it. Refused with `no-dialogs` where `capabilities.dialogs` is false. */
  'folders.choose': z.strictObject({
    purpose: z.enum(['collection', 'output', 'verify', 'originals', 'labels']),
  }),
  /** Sub-folders of a folder (null: home) for the window's own chooser; only where `capabilities.dialogs` is false. */
  'folders.list': z.strictObject({ path: path.nullable() }),
  /** What a dropped path is, and so which screen it opens. */
  'folders.fromDrop': z.strictObject({ path }),

  /** Starts looking at a folder and answers at once; `collection.changed` tells the rest. */
  'collection.inspect': z.strictObject({ folder: path, labels: settingsSchema.shape.labels }),
  'collection.get': z.strictObject({ id }),
  /** One page of pictures in display order, whole collection or one class. At most 500. */
  'collection.items': z.strictObject({
    id,
    offset: count,
    count: z.int().min(1).max(500),
    class: count.nullable().default(null),
  }),
  'collection.relabel': z.strictObject({ id, change: relabelling }),
  /** Forgets it and stops the work on it. */
  'collection.close': z.strictObject({ id }),

  estimate: z.strictObject({ collectionId: id, settings: settingsSchema }),
  /**
   * One picture before and after at 100 %, with a stand-in for the change. The crop is `width`×`height` pixels around (`centerX`, `centerY`), both
   * 0–1 of the picture, moved inside where it sticks out.
   */
  preview: z.strictObject({
    collectionId: id,
    /** Of an item. */
    index: count,
    visibility: settingsSchema.shape.visibility.unwrap().unwrap(),
    /** Only 'strong' changes light and dark too. */
    strength: settingsSchema.shape.strength.unwrap(),
    resolution: settingsSchema.shape.resolution,
    width: z.int().min(16).max(2048).default(640),
    height: z.int().min(16).max(2048).default(480),
    centerX: z.number().min(0).max(1).default(0.5),
    centerY: z.number().min(0).max(1).default(0.5),
  }),

  /** Queues a job; it starts when the ones before it have ended. `output` null: what the collection says. */
  'jobs.start': z.strictObject({
    collectionId: id,
    output: path.nullable().default(null),
    settings: settingsSchema,
  }),
  'jobs.list': nothing,
  'jobs.get': job,
  /** Stops after the piece of work in hand. A queued job is held back. */
  'jobs.pause': job,
  'jobs.resume': job,
  /** Stops within two seconds and removes everything the job has written. */
  'jobs.cancel': job,
  /** Continues a failed job from its last finished stage. */
  'jobs.retry': job,
  /** Forgets an ended job and its secrets (thumbnails, noise, surrogates). Written pictures stay. */
  'jobs.remove': job,

  'reports.get': reportSource,
  /** Writes the report. `target` null: the app asks, or (without dialogs) hands the text to the window. */
  'reports.save': z.strictObject({
    source: reportSource,
    format: z.enum(['html', 'pdf']),
    target: path.nullable().default(null),
  }),
  'history.list': nothing,
  /** Checks a protected folder or a certificate; `verify.progress` counts the files. One at a time. */
  'verify.start': z.strictObject({ path, originals: path.nullable().default(null) }),

  /** What is known of the stress test of a protected folder or certificate. */
  'stress.get': z.strictObject({ path }),
  /** Begins it, or goes on with it; `stress.changed` tells the rest. Refused beside other work. */
  'stress.start': z.strictObject({ path }),
  /** Stops the one that runs; finished rows are kept. */
  'stress.cancel': nothing,

  'keys.show': nothing,
  /** Public: to hand out. Private: encrypted with the passphrase, for another computer. */
  'keys.export': z.discriminatedUnion('part', [
    z.strictObject({ part: z.literal('public') }),
    z.strictObject({ part: z.literal('private'), passphrase: z.string().min(8).max(1_000) }),
  ]),
  /** Replaces the signing key. `pem` is what `keys.export` wrote. */
  'keys.import': z.strictObject({ pem: z.string().min(1).max(10_000), passphrase: z.string().max(1_000) }),

  /**
   * Makes a new signing key that the old one names as its successor, and writes the notice that says so; null: the user
   * closed the dialog, and nothing was changed.
   */
  'keys.rotate': nothing,
  /** Says, signed, that this computer's key must not be relied on, and makes a new one. Null as above. */
  'keys.revoke': z.strictObject({ reason }),

  'signers.list': nothing,
  /** `content`: a public key (PEM), a notice about a key, or a certificate. */
  'signers.add': z.strictObject({ content: z.string().min(1).max(20_000), name: signer }),
  /** Adds whoever signed a certificate on this computer. */
  'signers.trust': z.strictObject({ certificate: path, name: signer }),
  'signers.remove': z.strictObject({ keyId: z.string().max(100) }),
  /** A mark for this computer alone. */
  'signers.revoke': z.strictObject({ keyId: z.string().max(100), reason }),

  /**
   * What can compute, with the time for a collection (null: the standard one). Measures what was not measured on this
   * machine yet, which takes some seconds; `redo`: all of it again.
   */
  'devices.list': z.strictObject({ collectionId: id.nullable().default(null), redo: z.boolean().default(false) }),
  /** Shows an output folder, certificate or report of a known job in the file manager. */
  'shell.reveal': z.strictObject({ path }),
} satisfies Record<keyof Outputs, z.ZodType>

export interface AppInfo {
  version: string
  platform: 'linux' | 'darwin' | 'win32' | 'other'
  host: 'electron' | 'browser'
  dataFolder: string
  /** The user's home folder, which the window writes as "~"; '' where that is not the custom. */
  home: string
  cores: number
  /** Where pictures can be published; `name` is what `Settings.channel` takes, `words` what the channel does. */
  channels: { name: string; title: string; words: string }[]
  capabilities: {
    /** Native dialogs: `folders.choose`. Otherwise the window shows its own chooser on `folders.list`. */
    dialogs: boolean
    /** Dropped files have paths (`Transport.pathOf`). */
    dropPaths: boolean
    /** `reports.save` can write PDF. Otherwise use the browser's own printing. */
    pdf: boolean
    /** `shell.reveal` works. */
    reveal: boolean
  }
}

export interface CollectionItem {
  /** What `preview` and `collection.relabel` call the picture. */
  index: number
  /** Relative to the folder, with '/'. */
  path: string
  /** Index into `Collection.classes`; null before grouping. */
  class: number | null
  /** Pixels after orientation; null until it has been read. */
  width: number | null
  height: number | null
  bytes: number
  /** Small picture, longer side up to 256 px. Made when it is fetched. */
  image: string
}

export interface Estimate {
  /** Likely range of the running time on this machine; null: nothing has been measured here yet. */
  seconds: { low: number; high: number } | null
  /** Mean ꟻLIP to which each picture is brought. */
  visibility: number
  /** Largest radius the settings can certify: draws, q and confidence decide. 'none': too few draws for any. */
  certifies: 'yes' | 'part' | 'none' | 'off'
  /** Sentences the user should read before starting (too few draws, small classes, disk space …). */
  notes: { code: string; message: string; hint: string }[]
}

export interface Preview {
  before: string
  after: string
  /** The change, amplified by `amplification`, on mid-grey. */
  difference: string
  amplification: number
  /** Of the crop, in pixels of the picture, and where it lies. */
  width: number
  height: number
  x: number
  y: number
  imageWidth: number
  imageHeight: number
  /** Mean ꟻLIP of the whole picture. */
  flip: number
  /** The same in words, one sentence: "About as visible as JPEG at quality 68." */
  comparison: string
  /** Of the crop. Null: nothing changed. */
  psnr: number | null
  maxAbsDiff: number
  /** What this preview is and is not, one sentence to show under it. */
  note: string
}

export interface Report {
  jobId: string | null
  /** Absolute path of the certificate. */
  certificate: string
  output: string
  name: string
  issuedAt: string
  tool: { name: string; version: string }
  headline: string
  /** What else was proved, a sentence each: by the weight noise, and on all pictures like the tested ones. */
  details: string[]
  verdict: Verdict | null
  /** The verdict in words, or why nothing was certified; and what a least SSIM has cost. */
  explanation: string
  images: number
  classes: { name: string; count: number }[]
  labelSource: string
  skipped: { path: string; reason: string }[]
  protection: {
    method: string
    strength: string
    /** Mean ꟻLIP to which each picture was brought; null: certificates of version 1. */
    visibility: number | null
    /** Largest change before encoding, 0–255; only certificates of version 1. */
    epsilon: number | null
    resolution: number
    /** Of a colour value of the written files, 0–255. */
    largestChange: number
    /** Each picture's mean ꟻLIP: mean over the pictures, and the worst picture's; null: certificates of version 1. */
    flip: { mean: number; max: number } | null
    /** dB; null: nothing changed. */
    psnr: { min: number; mean: number } | null
    ssim: { min: number; mean: number }
    /** CIEDE2000: mean over the pictures of each one's mean, and the worst picture's. */
    deltaE: { mean: number; max: number }
    /** Up to ten pictures, the most visible change first. flip as above; psnr in dB, null: nothing changed. */
    worst: { name: string; flip: number | null; ssim: number; deltaE: number; psnr: number | null }[]
  }
  /** Where the pictures are published, and what is uploaded and served there, in a sentence each. */
  channel: { title: string; uploaded: string; served: string } | null
  /** Null when not certified. */
  certification: {
    surrogate: string
    smoothing: string
    sigma: number
    q: number
    draws: number
    confidence: number
    trainImages: number
    testImages: number
    chance: number
    headline: { etaOverSigma: number; protectedAtMost: number | null; controlAtLeast: number | null }
    /** Bounds over classifiers trained from scratch, of which `count` and `controlCount` were; null: none, and a bound: too few. */
    runs: {
      quantile: number
      confidence: number
      protectedAtMost: number | null
      controlAtLeast: number | null
      count: number
      controlCount: number
    } | null
    protected: { trainAccuracy: number; cleanAccuracy: number; curve: CurvePoint[] }
    control: { trainAccuracy: number; cleanAccuracy: number; curve: CurvePoint[] }
  } | null
  /** The first 1,000; `fileCount` has them all. */
  files: { path: string; sha256: string }[]
  fileCount: number
  /** Up to six pictures for the before/after slider. `before` is null where the original is gone. */
  samples: { path: string; before: string | null; after: string; width: number; height: number }[]
  signature: {
    valid: boolean
    /** Why not, when it is not. */
    reason: string
    issuer: string | null
    /** SHA-256 of the public key, in groups for reading aloud. */
    fingerprint: string
    /** Signed with this computer's own key. */
    own: boolean
  }
  limits: string[]
}

/** Where an export went: into a file, or (without dialogs) to the window, which offers it as a download. */
export type Saved = { kind: 'file'; path: string } | { kind: 'download'; name: string; mime: string; content: string }

export interface HistoryEntry {
  jobId: string
  name: string
  folder: string
  output: string
  certificate: string
  finishedAt: string
  images: number
  headline: string
  verdict: Verdict | null
  /** The certificate is not where it was written. */
  missing: boolean
}

/** Three separate statements; none of them stands for the others. */
export interface Verification {
  certificate: string
  folder: string
  signature: { state: 'valid' | 'invalid'; reason: string }
  signer: {
    /** own: this computer's key, now or formerly. revoked: nothing signed with it is to be relied on. */
    state: 'own' | 'known' | 'revoked' | 'unknown'
    /** As the certificate says, which anybody can write. */
    issuer: string | null
    /** In one or two plain sentences. */
    explanation: string
    fingerprint: string
  }
  /** State of the files named in the certificate. 'unchecked': only a certificate was given. */
  files: {
    state: 'match' | 'differ' | 'unchecked'
    checked: number
    modified: string[]
    missing: string[]
    extra: string[]
  }
  /** The bounds recomputed from the counts in the certificate. */
  bound: { state: 'agrees' | 'differs' | 'none'; reason: string; headline: string }
  /** Everything that was checked is as it should be. */
  ok: boolean
}

export interface KeyInfo {
  fingerprint: string
  publicKey: string
  /** Where the private half lives, in words. */
  storedIn: string
}

/** A key on the list of known signers. */
export interface KnownSigner {
  keyId: string
  fingerprint: string
  /** What the user calls the signer; '' : nothing. */
  name: string
  /** own: an earlier key of this computer. */
  source: 'own' | 'file' | 'certificate'
  addedAt: string
  revoked: { since: string; reason: string; by: 'signer' | 'reader' } | null
}

/** The list after a change, and in one sentence what it was. */
export interface SignersChanged {
  signers: KnownSigner[]
  message: string
}

export interface Device {
  engine: EngineName
  /** "CPU (2 cores)", "NVIDIA GeForce RTX 4070". */
  name: string
  available: boolean
  /** A processor that imitates a graphics card: correct, but slow. */
  software: boolean
  /** It is being measured now. */
  measuring: boolean
  /** Why it is not available, and what to do; empty when it is, and while nobody has looked yet. */
  reason: string
  /** About how long a job computes on it; null: not measured. */
  seconds: number | null
  /** What 'auto' takes. */
  chosen: boolean
}

export interface FolderListing {
  path: string
  /** Null at the top. */
  parent: string | null
  folders: { name: string; path: string }[]
  /** Pictures directly in it, to help choosing. */
  images: number
  /** It holds a certificate of protected pictures. */
  certificate: string | null
}

/** What each request answers. */
export interface Outputs {
  'app.info': AppInfo
  'settings.get': AppSettings
  'settings.set': AppSettings
  'folders.choose': { path: string | null }
  'folders.list': FolderListing
  'folders.fromDrop': { path: string; kind: 'collection' | 'protected' | 'certificate' | 'other' }
  'collection.inspect': Collection
  'collection.get': Collection
  'collection.items': { total: number; items: CollectionItem[] }
  'collection.relabel': Collection
  'collection.close': null
  estimate: Estimate
  preview: Preview
  'jobs.start': Job
  'jobs.list': Job[]
  'jobs.get': Job
  'jobs.pause': Job
  'jobs.resume': Job
  'jobs.cancel': Job
  'jobs.retry': Job
  'jobs.remove': null
  'reports.get': Report
  'reports.save': Saved | null
  'history.list': HistoryEntry[]
  'verify.start': Verification
  'stress.get': StressTest
  'stress.start': StressTest
  'stress.cancel': null
  'keys.show': KeyInfo
  'keys.export': Saved | null
  'keys.import': KeyInfo
  'keys.rotate': { key: KeyInfo; notice: Saved } | null
  'keys.revoke': { key: KeyInfo; notice: Saved } | null
  'signers.list': KnownSigner[]
  'signers.add': SignersChanged
  'signers.trust': SignersChanged
  'signers.remove': SignersChanged
  'signers.revoke': SignersChanged
  /** Answers at once with what is known; `devices.changed` tells of more. */
  'devices.list': { devices: Device[]; pictures: number; measuredAt: string | null; measuring: boolean }
  'shell.reveal': null
}

// ---------------------------------------------------------------- events

export const eventSchemas = {
  /** A job was added or is different now. */
  'jobs.changed': jobSchema,
  'jobs.removed': z.strictObject({ id }),
  /** A collection is different now: more was read, or it was edited. */
  'collection.changed': collectionSchema,
  'settings.changed': appSettingsSchema,
  /** A device was measured, or the measurement has ended. */
  'devices.changed': z.strictObject({}),
  'verify.progress': z.strictObject({ path: text, done: count, total: count }),
  'stress.changed': stressSchema,
  /** Something was opened from outside the window (menu, second instance, file association). */
  'app.open': z.strictObject({ path: z.string(), kind: z.enum(['collection', 'protected', 'certificate', 'other']) }),
  /** A menu command or shortcut. */
  'app.command': z.strictObject({ command: z.enum(['open', 'verify', 'history', 'settings', 'cancel']) }),
}

// ---------------------------------------------------------------- derived types

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

// ---------------------------------------------------------------- both ends

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
