/** Where the Electron of the desktop specs is kept; the specs themselves show that it runs. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { missingPackages, onPath } from '../scripts/debian.js'
import { cacheFolder } from '../scripts/registry.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixative-cache-'))
  chmodSync(folder, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true }))

it('is outside the tree, and where root fetches it for another user that one can get at it', () => {
  const XDG_CACHE_HOME = join(folder, 'open')
  expect(cacheFolder({ XDG_CACHE_HOME }, 0)).toBe(join(XDG_CACHE_HOME, 'fixative-test'))
  mkdirSync(join(folder, 'private'), { mode: 0o700 })
  const hidden = { XDG_CACHE_HOME: join(folder, 'private', 'cache') }
  expect(cacheFolder(hidden, 0)).toBe('/var/cache/fixative-test')
  expect(cacheFolder(hidden, 1000)).toBe(join(hidden.XDG_CACHE_HOME, 'fixative-test'))
})

it.runIf(process.platform === 'linux')('looks for programs and packages without installing any', () => {
  expect(onPath('sh')).toBe(true)
  expect(onPath('no-such-program')).toBe(false)
  expect(missingPackages(['no-such-package'])).toEqual(['no-such-package'])
})
