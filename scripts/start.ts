/**
 * `npm start`: builds the app and opens it. Electron's own program is not part of the installation; it is fetched here,
 * at the first start. Where that is impossible, or there is no display, one sentence says so and what to do instead.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT, isProgram } from './programs.js'

const INSTEAD = '`npm run serve` opens the same app in your browser.'

/** Folder of the electron package, which is found without loading it: loading starts the download. */
const electronPackage = (): string => dirname(createRequire(import.meta.url).resolve('electron/package.json'))

/** Absolute path of Electron's program, null when it has not been fetched. */
export function electronProgram(env = process.env, folder = electronPackage()): string | null {
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null
  const override = env.ELECTRON_OVERRIDE_DIST_PATH
  const program = override ? join(override, name ?? 'electron') : name === null ? null : join(folder, 'dist', name)
  return program !== null && existsSync(program) ? program : null
}

/** Why no window can be opened here, one sentence; null: it can. */
export function noWindow(
  env = process.env,
  platform: NodeJS.Platform = process.platform,
  user = process.getuid?.(),
): string | null {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return `The desktop app needs a display and there is none here: ${INSTEAD}`
  }
  // Chromium's sandbox, which Fixative does not run without, refuses root.
  if (platform === 'linux' && user === 0) return `The desktop app does not run as root: ${INSTEAD}`
  return null
}

/** Settings of Linux that keep ordinary users from what Chromium's sandbox is made of, and the value that does. */
const RESTRICTIONS: readonly (readonly [setting: string, value: string])[] = [
  ['kernel/apparmor_restrict_unprivileged_userns', '1'],
  ['kernel/unprivileged_userns_clone', '0'],
  ['user/max_user_namespaces', '0'],
]

/**
 * One sentence for an Electron that has died at once, where the system restricts user namespaces (Ubuntu from 23.10 on);
 * null: it does not, and it died of something else. Fixative is never started without the sandbox instead.
 *
 * @param folder with the kernel's settings, each a file
 */
export function noSandbox(program: string, folder = '/proc/sys'): string | null {
  const restricted = RESTRICTIONS.find(([setting, value]) => {
    const file = join(folder, setting)
    return existsSync(file) && readFileSync(file, 'utf8').trim() === value
  })
  if (restricted === undefined) return null
  const helper = join(dirname(program), 'chrome-sandbox')
  const allow = `sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`
  return (
    `This system keeps Electron from setting up its sandbox (${restricted[0].replace('/', '.')} is ${restricted[1]}), ` +
    `without which Fixative does not run: allow it once with \`${allow}\`, or let ${INSTEAD.replace('opens', 'open')}`
  )
}

/** Fetches Electron's program. False: impossible. What goes wrong is not shown: it is a stack trace of the downloader. */
function fetchElectron(): boolean {
  console.log('Fetching Electron (about 110 MB, only this once) …')
  const { status } = spawnSync(process.execPath, [join(electronPackage(), 'install.js')], {
    stdio: ['ignore', 'inherit', 'ignore'],
    timeout: 15 * 60_000,
  })
  return status === 0
}

function build(): boolean {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['run', '--silent', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status === 0
}

/** Exit code of `npm start`. */
async function main(args: readonly string[]): Promise<number> {
  const reason = noWindow()
  if (reason !== null) {
    console.error(reason)
    return 1
  }
  if (electronProgram() === null) fetchElectron()
  const program = electronProgram()
  if (program === null) {
    console.error(`Electron could not be fetched (is there a network connection?): ${INSTEAD}`)
    return 1
  }
  if (!build()) return 1
  const child = spawn(program, ['.', ...args], { cwd: ROOT, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`Electron did not start (${error.message}): ${INSTEAD}`)
      resolve(1)
    })
    child.on('close', (code, signal) => {
      // Chromium's own words are a stack trace.
      const reason = signal !== null && process.platform === 'linux' ? noSandbox(program) : null
      if (reason !== null) console.error(reason)
      resolve(code ?? 1)
    })
  })
}

if (isProgram(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
