import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { createClient, type Client, type Job, type JobState } from '../../src-shared/contract/index.js'
import { programFile } from '../support/programs.js'
import { createHttpTransport } from '../../src-renderer/http-transport.js'

export interface Session {
  readonly url: string
  readonly client: Client
  readonly process: ChildProcess
  /** Every job snapshot that was sent, in order. */
  readonly seen: Job[]
  /** Ends the process as a crash does, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to end; answers with its exit code. */
  stop(): Promise<number | null>
  /** After `stop`: how late the event loop of the process was, milliseconds. */
  lateness(): { p99: number; max: number }
}

const open = new Set<() => Promise<unknown>>()

/** Ends what a failed test has left running. */
export async function endSessions(): Promise<void> {
  await Promise.all([...open].map((end) => end()))
}

export interface Place {
  readonly root: string
  readonly data: string
  readonly renderer: string
  remove(): Promise<void>
}

/** Folders for a host and its collections. */
export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'fixative-host-'))
  const renderer = join(root, 'renderer')
  await mkdir(renderer)
  await writeFile(join(renderer, 'index.html'), '<!doctype html><title>window</title>')
  return { root, data: join(root, 'data'), renderer, remove: () => rm(root, { recursive: true, force: true }) }
}

/** Starts the host in a process of its own and connects to it. */
export async function openSession(place: Place, effort: { rounds: number; fitSteps: number }): Promise<Session> {
  const args = [place.data, place.renderer, programFile('worker'), String(effort.rounds), String(effort.fitSteps)]
  const process_ = spawn(process.execPath, [programFile('host'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  process_.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const gone = once(process_, 'exit')
  const output = createInterface(process_.stdout)
  const lines: string[] = []
  output.on('line', (text) => lines.push(text))
  const line = await Promise.race([
    once(output, 'line').then(([text]) => text as string),
    gone.then(() => {
      throw new Error(`the host did not start: ${errors}`)
    }),
  ])
  const transport = createHttpTransport(line)
  const client = createClient(transport)
  const seen: Job[] = []
  client.on('jobs.changed', (job) => seen.push(job))
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    open.delete(kill)
    transport.close()
    process_.kill(signal)
    await gone
    return process_.exitCode
  }
  const kill = async (): Promise<void> => void (await end('SIGKILL'))
  open.add(kill)
  return {
    url: line,
    client,
    process: process_,
    seen,
    kill,
    stop: () => end('SIGTERM'),
    lateness: () => JSON.parse(lines.at(-1)!) as { p99: number; max: number },
  }
}

/** Opens a folder and queues a job for it. */
export async function startJob({ client }: Session, folder: string, settings: object): Promise<Job> {
  const { id } = await client.request('collection.inspect', { folder, labels: 'default' })
  const state = async (): Promise<string> => (await client.request('collection.get', { id })).state
  await expect.poll(state, { timeout: 60_000 }).toBe('ready')
  return client.request('jobs.start', { collectionId: id, settings })
}

export async function reached({ client }: Session, id: string, states: JobState[], timeout = 240_000): Promise<Job> {
  const get = (): Promise<Job> => client.request('jobs.get', { id })
  await expect.poll(async () => states.includes((await get()).state), { timeout, interval: 100 }).toBe(true)
  return get()
}
