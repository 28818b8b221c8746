/**
 * What the desktop specs need on Linux: Electron, a display, a session bus, and an ordinary user, since Chromium's sandbox
 * refuses root. `npx tsx scripts/desktop-session.ts COMMAND …` runs a command in such a session.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { installPackages, missingPackages, onPath } from './debian.js'
import { usedPackages } from './lock.js'
import { isProgram, ROOT } from './programs.js'
import { electronProgram } from './start.js'
import { shippedNode } from './shipped-node.js'
import { testElectron } from './test-electron.js'
import buildPrograms, { PROGRAMS } from '../test/support/programs.js'

/** Debian's packages with the programs that are started here, and the libraries that Electron loads. */
const PACKAGES = ['xvfb', 'xauth', 'dbus', 'unzip', 'libgtk-3-0', 'libasound2', 'libgbm1', 'libnss3']
/** Nobody: no files, no groups. */
const USER = 65_534

export interface DesktopSession {
  /** Folder of an Electron that the app can be packed with; null: none but what is fetched when the app is started. */
  readonly electron: string | null
  /** For Playwright; e2e/desktop.ts reads it. */
  readonly env: Readonly<Record<string, string>>
  /** Ends display and bus, and removes what was made for them. */
  close(): void
}

/** The session, or why there can be none. */
export type OpenedSession = { session: DesktopSession; reason?: never } | { session?: never; reason: string }

/** Opens a session for the desktop specs. With a display, an Electron and an ordinary user there is nothing to do. */
export async function openDesktopSession(): Promise<OpenedSession> {
  const fetched = electronProgram()
  if (process.platform !== 'linux') {
    if (fetched === null) return { reason: "Electron's program has not been fetched: npx install-electron" }
    return { session: { electron: null, env: { FIXATIVE_ELECTRON: fetched }, close: () => undefined } }
  }
  const missing = missingPackages(PACKAGES)
  const failed = missing.length > 0 ? installPackages(missing) : null
  for (const name of ['Xvfb', 'dbus-daemon', 'tar', 'unzip']) {
    if (!onPath(name)) return { reason: `${name} is not here${failed === null ? '' : `, and ${failed}`}` }
  }
  const folder = mkdtempSync(join(tmpdir(), 'fixative-desktop-'))
  const running: ChildProcess[] = []
  const close = (): void => {
    for (const child of running) child.kill()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const stopped = (reason: string): OpenedSession => {
    close()
    return { reason }
  }
  try {
    const program = fetched ?? (await testElectron())
    const PATH = `${join(await shippedNode(), 'bin')}:${process.env.PATH}`
    await buildPrograms()
    const user = process.getuid?.() === 0 ? ordinaryUser(folder) : []
    if (!hasNamespaces(user))
      return stopped('an ordinary user may not have namespaces here, which Electron’s sandbox needs')
    const [display, bus] = await Promise.all([
      started(running, [...user, 'Xvfb', '-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp']),
      started(running, [...user, 'dbus-daemon', '--session', '--nofork', '--print-address=1']),
    ])
    const env = { DISPLAY: `:${display}`, WAYLAND_DISPLAY: '', DBUS_SESSION_BUS_ADDRESS: bus, FIXATIVE_NODE_PATH: PATH }
    const electron = user.length === 0 ? { FIXATIVE_ELECTRON: program } : forOrdinaryUser(folder, user, program)
    return { session: { electron: dirname(program), env: { ...env, ...electron }, close } }
  } catch (error) {
    return stopped(error instanceof Error ? error.message : String(error))
  }
}

/** Whether the system lets a user, or the one that a command line begins with, make a namespace of his own. */
function hasNamespaces(user: readonly string[]): boolean {
  const [command, ...args] = [...user, 'unshare', '--user', 'true']
  return spawnSync(command!, args).status === 0
}

/** What a command line of root's begins with to be run by an ordinary user, who has a home of his own in `folder`. */
export function ordinaryUser(folder: string): string[] {
  const home = join(folder, 'home')
  mkdirSync(home)
  chownSync(home, USER, USER)
  chmodSync(folder, 0o755)
  const env = ['env', '-u', 'XDG_RUNTIME_DIR', '-u', 'XDG_CACHE_HOME', `HOME=${home}`, `TMPDIR=${tmpdir()}`]
  return ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--pdeathsig=TERM', ...env]
}

/**
 * Electron as run by the ordinary user, and a copy of the built app that he can read: the project may lie in a folder of
 * root's alone.
 */
function forOrdinaryUser(folder: string, user: readonly string[], program: string): Record<string, string> {
  const wrapper = join(folder, 'electron')
  writeFileSync(wrapper, `#!/bin/sh\nexec ${[...user, program].map((word) => `'${word}'`).join(' ')} "$@"\n`)
  chmodSync(wrapper, 0o755)
  const app = join(folder, 'app')
  for (const part of ['package.json', 'out', 'resources', PROGRAMS, ...usedPackages(ROOT).map(({ path }) => path)]) {
    cpSync(join(ROOT, part), join(app, part), { recursive: true, filter: isForThisSystem })
  }
  spawnSync('chmod', ['-R', 'a+rX', app])
  return { FIXATIVE_ELECTRON: wrapper, FIXATIVE_APP_FOLDER: app, FIXATIVE_APP_USER: String(USER) }
}

/** ONNX Runtime's package holds the native code of every system: a quarter of a gigabyte. */
function isForThisSystem(path: string): boolean {
  const [, system, arch] = /onnxruntime-node\/bin\/napi-v\d+\/(\w+)(?:\/(\w+))?/.exec(path) ?? []
  return (system ?? process.platform) === process.platform && (arch ?? process.arch) === process.arch
}

/** Starts a program that goes on, and answers with the first line that it prints. @throws Error when it ends before */
async function started(running: ChildProcess[], [command, ...args]: readonly string[]): Promise<string> {
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  running.push(child)
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => {
    throw new Error(`${args.find((word) => /^[A-Za-z-]+$/.test(word) && word !== 'env') ?? command} did not start`)
  })
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  ended.catch(() => undefined)
  // Neither its output nor itself keeps this process alive.
  child.stdout.destroy()
  child.unref()
  return line
}

async function main([command = 'playwright', ...args]: readonly string[]): Promise<number> {
  const { session, reason } = await openDesktopSession()
  if (session === undefined) {
    console.error(`No session for the desktop app: ${reason}`)
    return 1
  }
  const PATH = `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}`
  try {
    return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PATH, ...session.env } }).status ?? 1
  } finally {
    session.close()
  }
}

if (isProgram(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
