/**
 * The folder that a job writes. While the job runs, a marker file in it names the job; at its end the certificate takes
 * that role. So Fixative knows what it wrote itself, and never replaces or removes anything else.
 */
import { freeBytes } from '../storage/disk-space.js'
import { CERTIFICATE_NAME, REPORT_NAME, isSystemFile } from '../core/file-names.js'
import { access, constants, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { relativePath } from '../core/certificate/schema-parts.js'
import { FixativeError } from '../core/errors.js'
import { mountOf, outputGone } from './guard.js'
import type { JobRecord } from './journal.js'
import { TEMPORARY, diskError, makeFolder, syncFolder, writeAtomically, below } from '../storage/folders.js'
import { filesBelow, hashFile, readCertificate } from '../certificates/verify-folder.js'

export const MARKER_NAME = '.fixative-job'

// Names are a stranger's until then: none may lead out of the folder.
const hashes = z.record(relativePath, z.string())
const markerSchema = z.strictObject({
  fixative: z.literal('job in progress'),
  job: z.string().max(100),
  /** Files of an earlier run that this one replaces, with the hashes by which they are known to be Fixative's. */
  replaces: hashes,
})

export type OutputState =
  | { readonly kind: 'empty' }
  /** This very job was writing here. */
  | { readonly kind: 'resumed'; readonly replaces: Readonly<Record<string, string>> }
  /** Another job that did not end was writing here. */
  | { readonly kind: 'unfinished'; readonly job: string; readonly replaces: Readonly<Record<string, string>> }
  /** A finished job has written this: paths and hashes of its files. */
  | { readonly kind: 'finished'; readonly files: Readonly<Record<string, string>> }

const foreign = (output: string, name: string, what: string): FixativeError =>
  new FixativeError(
    'output-not-empty',
    `The output folder "${output}" is not empty: "${name}" ${what}.`,
    'Choose a new or empty folder, or move that file away.',
  )

/**
 * What is in the output folder. Changes nothing.
 * @throws FixativeError `output-not-empty` when it has something that Fixative did not write.
 */
export async function inspectOutput(output: string, jobId: string, signal?: AbortSignal): Promise<OutputState> {
  const names: string[] = []
  try {
    for await (const name of filesBelow(output)) names.push(name)
  } catch (error) {
    if (await stat(output).catch(() => null)) throw error
    return { kind: 'empty' }
  }
  const known = (name: string): boolean => TEMPORARY.test(name) || isSystemFile(name)
  const others = names.filter((name) => !known(name))
  if (others.length === 0) return { kind: 'empty' }
  const marker = others.includes(MARKER_NAME) ? await readMarker(output) : null
  if (marker) {
    const { job, replaces } = marker
    return job === jobId ? { kind: 'resumed', replaces } : { kind: 'unfinished', job, replaces }
  }
  if (!others.includes(CERTIFICATE_NAME)) throw foreign(output, others[0]!, 'was not written by Fixative')
  const { statement } = await readCertificate(below(output, CERTIFICATE_NAME)).catch(() => {
    throw foreign(output, CERTIFICATE_NAME, 'is not a Fixative certificate')
  })
  const files = Object.fromEntries(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
  for (const name of others) {
    if (name === CERTIFICATE_NAME || name === REPORT_NAME) continue
    const expected = Object.hasOwn(files, name) ? files[name] : undefined
    if (expected === undefined) throw foreign(output, name, 'was not written by Fixative')
    if ((await hashFile(below(output, name), signal)) !== expected) {
      throw foreign(output, name, 'was changed after Fixative wrote it')
    }
  }
  return { kind: 'finished', files }
}

/**
 * Makes the folder this job's: marks it, and removes what an earlier run of Fixative left in it.
 * @param written hashes of what this job has already written there, by path; those files stay.
 */
export async function claimOutput(
  output: string,
  jobId: string,
  state: OutputState,
  written: ReadonlySet<string>,
): Promise<void> {
  const replaces = state.kind === 'finished' ? state.files : state.kind === 'empty' ? {} : state.replaces
  try {
    await makeFolder(output)
    const marker: z.infer<typeof markerSchema> = { fixative: 'job in progress', job: jobId, replaces }
    await writeAtomically(below(output, MARKER_NAME), `${JSON.stringify(marker)}\n`, 0o644)
    // A certificate must never lie beside files that it does not speak of.
    await rm(below(output, CERTIFICATE_NAME), { force: true })
    await rm(below(output, REPORT_NAME), { force: true })
    await syncFolder(output)
    await removeFiles(
      output,
      Object.entries(replaces).filter(([name]) => !written.has(name)),
    )
    await removeTemporaries(output)
  } catch (error) {
    throw diskError(output, error)
  }
}

/** Removes files whose bytes are still the ones given, and folders that become empty by it. */
export async function removeFiles(output: string, files: Iterable<readonly [string, string]>): Promise<void> {
  for (const [name, sha256] of files) {
    const path = below(output, name)
    if ((await hashFile(path)) !== sha256) continue
    await rm(path, { force: true })
    for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) {
      if (
        !(await rmdir(below(output, folder)).then(
          () => true,
          () => false,
        ))
      )
        break
    }
  }
}

/** Removes what a worker that was killed left half-written. */
export async function removeTemporaries(output: string): Promise<void> {
  const names: string[] = []
  try {
    for await (const name of filesBelow(output)) if (TEMPORARY.test(name)) names.push(name)
  } catch {
    return
  }
  for (const name of names) await rm(below(output, name), { force: true })
}

/**
 * @throws FixativeError `output-gone` when the folder does not say any more that this job writes to it; `not-writable`
 *   when it may not even be opened.
 */
export async function requireOutput(output: string, jobId: string): Promise<void> {
  await access(output, constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? outputGone(output) : diskError(output, error)
  })
  if ((await readMarker(output))?.job !== jobId) throw outputGone(output)
}

/** @throws FixativeError `output-gone` when a job that goes on finds the disk it was to write to away. */
export async function requireDisk({ output, id, mount }: JobRecord): Promise<void> {
  if (mount === null || mount === (await mountOf(output))) return
  if ((await readMarker(output))?.job !== id) throw outputGone(output)
}

/** Makes the names of written files durable, in every folder that has some of them. */
export async function syncOutput(output: string, files: Iterable<string>): Promise<void> {
  const folders = new Set([...files].map((name) => dirname(name)))
  // Folders above them hold the names of folders that workers have made.
  for (const folder of [...folders]) for (let at = folder; at !== '.'; at = dirname(at)) folders.add(dirname(at))
  for (const folder of folders) await syncFolder(below(output, folder))
}

/** Ends the claim: the certificate is there. */
export async function releaseOutput(output: string): Promise<void> {
  await rm(below(output, MARKER_NAME), { force: true })
  await syncFolder(output)
}

/** Removes the marker of this job, and the folder if nothing is left in it. */
export async function abandonOutput(output: string, jobId: string): Promise<void> {
  if ((await readMarker(output))?.job !== jobId) return
  await removeTemporaries(output)
  await releaseOutput(output)
  await rmdir(output).catch(() => undefined)
}

/** @throws FixativeError `disk-full` when a folder's disk has less than `bytes` free. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free === null || free >= bytes) return
  const megabytes = (value: number): string => `${Math.ceil(value / 1e6).toLocaleString('en')} MB`
  throw new FixativeError(
    'disk-full',
    `There is not enough space for "${folder}": about ${megabytes(bytes)} are needed, ${megabytes(free)} are free.`,
    'Free some space, or choose a folder on another disk.',
  )
}

async function readMarker(output: string): Promise<z.infer<typeof markerSchema> | null> {
  try {
    return markerSchema.parse(JSON.parse(await readFile(below(output, MARKER_NAME), 'utf8')))
  } catch {
    return null
  }
}
