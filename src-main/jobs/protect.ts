/** Starting a job, going on with one that was stopped, and giving one up. */
import { VERDICTS } from '../core/verdict.js'
import { randomBytes, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { FixativeError } from '../core/errors.js'
import { type Settings, settingsSchema } from '../core/settings.js'
import type { Channel } from '../core/channels.js'
import { findChannel } from './own-channels.js'
import { Compute } from './compute.js'
import type { JobResult } from '../core/job-events.js'
import { guardInput, guardOutput, mountOf } from './guard.js'
import { type Job, type JobContext } from './job.js'
import { type JobRecord, createRecord, openJournal, readRecord } from './journal.js'
import { type Release, claim, lockJob } from '../storage/lock.js'
import { inspectOutput, requireDisk } from './output.js'
import { resolvePaths } from './paths.js'
import { runStages } from './pipeline.js'
import { undoExport } from './stages/export.js'
import { type Scan, lookThrough, storedScan } from './stages/scan.js'
import type { JobFolder, Storage } from '../storage/folders.js'

export type { JobContext } from './job.js'

export interface ProtectRequest {
  /** Folder of the originals, which are only ever read. */
  readonly input: string
  /** Default: `IN-protected` beside it. */
  readonly output?: string
  readonly settings: Settings
  /** Protects once more what is protected already; otherwise such files are left out. */
  readonly again?: boolean
  /** Name of the job: one that was stopped goes on where it was. Default: found by what is asked for, or a new one. */
  readonly jobId?: string
}

const RESULT_FILE = 'result.json'
const PROCESSOR = 'processor'
const resultSchema = z.strictObject({
  jobId: z.string(),
  output: z.string(),
  certificate: z.string(),
  report: z.string(),
  images: z.int(),
  skipped: z.int(),
  headline: z.string(),
  details: z.array(z.string()),
  verdict: z.enum(VERDICTS).nullable(),
  explanation: z.string(),
  seconds: z.number(),
}) satisfies z.ZodType<JobResult>

/**
 * Protects a folder of pictures. Whenever it is stopped – by the signal, an error, or the end of the process – the same
 * request goes on from the last finished piece of work and ends with the same result.
 *
 * Tells `result` as its last event, but no `error`: that is what it throws.
 *
 * @throws FixativeError for whatever the user can do something about: see `resolvePaths`, `inspectOutput` and the
 *   stages; `invalid-settings`; `unknown-channel`; `output-gone` when it goes on without the disk of OUT; `job-running`
 *   when another process does the same job.
 * @throws the signal's reason when it is aborted.
 */
export async function protect(request: ProtectRequest, context: JobContext): Promise<JobResult> {
  const settings = validSettings(request.settings)
  const paths = await resolvePaths(request.input, request.output)
  const channel = settings.channel === null ? null : await findChannel(context.storage.root, settings.channel)
  const stop = context.signal ?? new AbortController().signal
  const { record, folder, scan, unlock } = await openJob(
    { again: false, ...request, ...paths, settings, channel },
    context,
    stop,
  )
  try {
    context.onJob?.(record.id)
    const finished = await folder.readJson(RESULT_FILE, resultSchema)
    if (finished) {
      context.onEvent({ type: 'result', result: finished })
      return finished
    }
    await requireDisk(record)
    await folder.removeTemporaries()
    const [requireInput, requirePlace] = await Promise.all([guardInput(paths.input), guardOutput(paths.output)])
    const journal = await openJournal(folder)
    const failure = new AbortController()
    const signal = AbortSignal.any([stop, failure.signal])
    try {
      const warn: Job['warn'] = (code, message, hint) => context.onEvent({ type: 'warning', code, message, hint })
      const compute = new Compute(context.pool, context.device, async ({ name }, reason) => {
        const message = `${name} cannot be used: ${reason.message} The job goes on with the processor.`
        await journal.append({ kind: 'device', engine: 'cpu', name: PROCESSOR, reason: reason.message })
        context.onEvent({ type: 'device', engine: 'cpu', name: PROCESSOR })
        warn('device-lost', message, reason.hint)
      })
      if (compute.device) {
        const { engine, name } = compute.device
        await journal.append({ kind: 'device', engine, name })
        context.onEvent({ type: 'device', engine, name })
      }
      const job: Job = {
        record,
        folder,
        journal,
        context,
        signal,
        compute,
        run: (task, input) => compute.run(task, input, { signal }),
        runLater: (task, input) => compute.run(task, input, { signal, priority: -1 }),
        requireInput,
        requirePlace,
        abort: (reason) => failure.abort(reason),
        warn,
      }
      const result = await runStages(job, scan)
      await folder.writeJson(RESULT_FILE, result)
      context.onEvent({ type: 'result', result })
      return result
    } finally {
      await journal.close()
    }
  } finally {
    await unlock()
  }
}

/** Settings that came from outside. @throws FixativeError `invalid-settings`. */
export function validSettings(settings: Settings): Settings {
  const parsed = settingsSchema.safeParse(settings)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const message = `The setting "${issue?.path.join('.') ?? ''}" is not valid: ${issue?.message ?? ''}.`
  throw new FixativeError('invalid-settings', message, 'Change it and start again.')
}

interface Wanted {
  readonly input: string
  readonly output: string
  readonly settings: Settings
  readonly channel: Channel | null
  readonly again: boolean
  readonly jobId?: string
}

interface Opened {
  readonly record: JobRecord
  readonly folder: JobFolder
  /** What was found in the folder just now, if anybody has looked. */
  readonly scan: Scan | null
  /** Gives the job free for other processes. */
  readonly unlock: Release
}

/** The job that was stopped, or a new one. Refuses a foreign output folder before anything is written. */
async function openJob(wanted: Wanted, context: JobContext, signal: AbortSignal): Promise<Opened> {
  const { storage } = context
  const { input, output, settings, channel, again } = wanted
  if (wanted.jobId !== undefined) {
    const folder = storage.job(wanted.jobId)
    const record = await readRecord(folder)
    if (record) {
      if (!asksTheSame(record, wanted)) {
        const message = `The job ${wanted.jobId} was started with other settings.`
        throw new FixativeError('job-differs', message, 'Start a new job.')
      }
      return { record, folder, scan: null, unlock: await lockJob(folder) }
    }
  }
  const scan = await lookThrough(input, context.pool, signal)
  if (wanted.jobId === undefined) {
    const stopped = await findStopped(storage, wanted, scan)
    if (stopped) {
      const message = 'A job of the same folder and settings was stopped before its end; it goes on.'
      context.onEvent({ type: 'warning', code: 'resumed', message, hint: 'Finished work is not done again.' })
      return { ...stopped, scan: null, unlock: await lockJob(stopped.folder) }
    }
  }
  const id = wanted.jobId ?? randomUUID()
  const state = await inspectOutput(output, id, signal)
  if (state.kind === 'unfinished') await takeOver(storage, state.job, output)
  const folder = storage.job(id)
  // Locked before there is anything of it, because a folder without a record is swept away.
  const unlock = await lockJob(folder)
  try {
    const record = await createRecord(folder, {
      id,
      tool: context.version,
      createdAt: (context.now?.() ?? new Date()).toISOString(),
      input,
      output,
      mount: await mountOf(output),
      settings,
      channel,
      again,
      seed: settings.seed === null ? randomBytes(32).toString('hex') : String(settings.seed),
    })
    return { record, folder, scan, unlock }
  } catch (error) {
    await unlock()
    throw error
  }
}

/** Removes the folder of a job that died before it was written down what it was; it may hold a seed. */
async function sweep(folder: JobFolder): Promise<void> {
  const release = await claim(folder.path)
  if (!release) return
  try {
    if ((await readRecord(folder)) === null) await folder.remove()
  } finally {
    await release()
  }
}

function asksTheSame(record: JobRecord, { input, output, settings, again }: Wanted): boolean {
  const same = record.input === input && record.output === output && record.again === again
  return same && isDeepStrictEqual(record.settings, settings)
}

/** A job that asked for the same, did not end, and saw the same files. */
async function findStopped(
  storage: Storage,
  wanted: Wanted,
  scan: Scan,
): Promise<{ record: JobRecord; folder: JobFolder } | null> {
  for (const id of await storage.jobs()) {
    const folder = storage.job(id)
    const record = await readRecord(folder).catch(() => undefined)
    if (record === null) await sweep(folder)
    if (!record || !asksTheSame(record, wanted) || (await folder.exists(RESULT_FILE))) continue
    // Its channel was edited since.
    if (!isDeepStrictEqual(record.channel, wanted.channel)) continue
    const stored = await storedScan(folder).catch(() => undefined)
    // One that died before it had noted what it saw has done nothing yet.
    if (stored === null || isDeepStrictEqual(stored, scan)) return { record, folder }
  }
  return null
}

/** The output folder has the beginnings of another job: that one is given up. */
async function takeOver(storage: Storage, jobId: string, output: string): Promise<void> {
  const hint = 'Choose another output folder, or remove this one.'
  const folder = storage.job(jobId)
  if (!(await readRecord(folder))) {
    const message = `The output folder "${output}" has pictures of a job that did not end and is not known here.`
    throw new FixativeError('output-not-empty', message, hint)
  }
  await discardJob(storage, jobId)
}

/**
 * Removes all that an unfinished job has left: its private folder, and the files it wrote, unless somebody changed them.
 * @throws FixativeError `job-running` while it runs.
 */
export async function discardJob(storage: Storage, jobId: string): Promise<void> {
  const folder = storage.job(jobId)
  const record = await readRecord(folder).catch(() => null)
  if (record) {
    const unlock = await lockJob(folder)
    try {
      await undoExport(folder, record)
    } finally {
      await unlock()
    }
  }
  await folder.remove()
}

/**
 * Removes the private folder of a job: noise, surrogates, thumbnails, seed. What it wrote for the user stays.
 * @throws FixativeError `job-running` while a stress test uses it.
 */
export async function forgetJob(storage: Storage, jobId: string): Promise<void> {
  const folder = storage.job(jobId)
  const unlock = await lockJob(folder)
  try {
    await folder.remove()
  } finally {
    await unlock()
  }
}
