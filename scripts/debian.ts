/** Programs that tests need, installed from Debian's packages where this machine lets us. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'

const PATIENCE = 600_000

/** Why packages could not be installed, in words; null: they are. */
export function installPackages(packages: readonly string[]): string | null {
  const list = packages.join(' ')
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return `apt-get is not here to install ${list}`
  if (process.getuid?.() !== 0) return `installing needs root (apt-get install ${list})`
  console.log(`\n== installing ${list} with apt-get`)
  const install = `apt-get install -y --no-install-recommends ${list}`
  const { status, stderr } = spawnSync(`(${install} || (apt-get update && ${install})) >&2`, {
    shell: true,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: PATIENCE,
    maxBuffer: 1e8,
  })
  return status === 0 ? null : `apt-get could not install ${list} (status ${status}: ${lastLine(stderr)})`
}

/** Those of `packages` that dpkg does not know as installed; all of them where there is no dpkg. */
export function missingPackages(packages: readonly string[]): string[] {
  return packages.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
    return stdout !== 'installed'
  })
}

export function lastLine(text: string | null): string {
  return text?.trim().split('\n').at(-1) ?? ''
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
