/** What package-lock.json says of the packages that the app itself uses. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly peer?: boolean
}

/**
 * The packages of an installation that are not for development only. Those of other systems are not in it.
 *
 * @param root folder with package-lock.json and node_modules
 * @returns `path` of each relative to `root`, with what the lock says
 */
export function usedPackages(root: string): (Locked & { readonly path: string })[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(packages)
    .filter(([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer)
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path, locked]) => ({ path, ...locked }))
}
