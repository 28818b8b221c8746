/** Programs that npm's registry carries, and that are no dependencies: fetched once a machine, and kept outside the tree. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { lastLine } from './debian.js'

export interface Fetched {
  /** Of the registry, with its version. */
  readonly package: string
  /** SHA-512 of the package's file, as the registry states it. */
  readonly sha512: string
  /** Name of the folder in the cache; another one when something else is made of the package. */
  readonly folder: string
  /** Makes the folder out of the unpacked package, and answers with its path. */
  make(unpacked: string): Promise<string>
}

/**
 * The folder that is made of a package, fetched where it is not there yet. Needs `tar`.
 *
 * @throws Error when the registry does not answer, or the package is not what it was
 */
export async function fetched(
  { package: spec, sha512, folder, make }: Fetched,
  cache = cacheFolder(),
): Promise<string> {
  const place = join(cache, folder)
  // It gets its name when it is complete.
  if (existsSync(place)) return place
  console.log(`\n== fetching ${spec}`)
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const work = mkdtempSync(join(cache, 'fetching-'))
  try {
    const archive = pack(spec, work)
    if ((await hashOf(archive)) !== sha512) throw new Error(`${spec} is not what it was: its hash differs`)
    execFileSync('tar', ['xzf', archive, '-C', work])
    const made = await make(join(work, 'package'))
    execFileSync('chmod', ['-R', 'a+rX', made])
    if (!existsSync(place)) renameSync(made, place)
    return place
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Absolute path of the package's file. */
function pack(spec: string, folder: string): string {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder, spec], {
    encoding: 'utf8',
    // Away from the project, whose npm settings are not about this.
    cwd: folder,
    timeout: 10 * 60_000,
  })
  if (status !== 0) throw new Error(`npm could not fetch ${spec} (status ${status}: ${lastLine(stderr)})`)
  return join(folder, lastLine(stdout))
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('base64')
}

/** Where what is fetched stays: readable by every user, because tests as root run it as one who is not. */
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
