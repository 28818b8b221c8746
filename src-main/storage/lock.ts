/**
 * A job is done by one process at a time, and a data folder is one app's. A claim is a listening socket rather than a
 * file with a process id, because the system ends it with the process, however that dies, and ids are used again.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { FixativeError } from '../core/errors.js'
import type { JobFolder } from './folders.js'

export type Release = () => Promise<void>

/**
 * Takes the job for this process and returns what gives it back.
 * @throws FixativeError `job-running`.
 */
export async function lockJob(folder: JobFolder): Promise<Release> {
  const release = await claim(folder.path)
  if (release) return release
  const message = 'Fixative is working on this job at this moment.'
  throw new FixativeError('job-running', message, 'Wait for it to end, or stop it.')
}

/**
 * Claims a data folder for this process: two apps on one folder would both run its queue.
 *
 * @returns the function that gives the folder free
 * @throws FixativeError `already-running`
 */
export async function claimFolder(folder: string): Promise<Release> {
  const release = await claim(folder)
  if (release) return release
  throw new FixativeError(
    'already-running',
    `Fixative is already running with the data folder ${folder}.`,
    'Use the window that is open, or set FIXATIVE_HOME to another folder.',
  )
}

/** Claims a folder for this process; null: another one, or this one, has it. */
export async function claim(folder: string): Promise<Release | null> {
  const address = socketFor(resolve(folder))
  const server = (await listen(address)) ?? (await takeOver(address))
  if (!server) return null
  server.unref()
  return () => new Promise((done) => server.close(() => done()))
}

function socketFor(folder: string): string {
  const user = process.getuid?.() ?? userInfo().username
  const name = `fixative-${createHash('sha256').update(`${user}\n${folder}`).digest('hex').slice(0, 24)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

async function takeOver(address: string): Promise<Server | null> {
  if (process.platform === 'win32' || (await answers(address))) return null
  await rm(address, { force: true })
  return listen(address)
}

function listen(address: string): Promise<Server | null> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(null) : fail(error)))
    server.listen(address, () => done(server))
  })
}

/** Whether a process listens behind the socket, or it was left behind by a dead one. */
function answers(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
