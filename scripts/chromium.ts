import { existsSync } from 'node:fs'
import { installPackages } from './debian.js'

/** Where Chromium is, or why there is none. */
export type Chromium = { path: string; reason?: never } | { path?: never; reason: string }

/** Chromium: what `FIXATIVE_CHROMIUM` names, or Debian's. Installs the latter when this machine lets us. */
export function findChromium(): Chromium {
  const known = [
    process.env.FIXATIVE_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]
  const find = (): string | undefined => known.find((path) => path && existsSync(path))
  const here = find()
  if (here) return { path: here }
  const failed = installPackages(['chromium'])
  const installed = find()
  if (installed) return { path: installed }
  return { reason: `no Chromium here (set FIXATIVE_CHROMIUM to its path), and ${failed ?? 'its package has none'}` }
}
