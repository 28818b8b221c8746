/** What package.json promises about Node.js and npm, held against the lock file and npm itself. */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { read, ROOT } from './support/sources.js'

interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly engines?: { readonly node?: string }
  readonly hasInstallScript?: boolean
}
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const packages = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ ...entry, name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length) }))

const require = createRequire(import.meta.url)
const { satisfies, minVersion } = createRequire(require.resolve('electron-builder/package.json'))('semver') as {
  satisfies: (version: string, range: string) => boolean
  minVersion: (range: string) => { version: string } | null
}
const floor = minVersion(packageJson.engines.node)!.version
const newer = packages.filter(({ engines }) => engines?.node !== undefined && !satisfies(floor, engines.node))

it('promises no Node.js that a package of the product refuses', () => {
  expect(floor).toBe('20.19.0')
  expect(newer.filter(({ dev }) => !dev).map(({ name }) => name)).toEqual([])
})

it('needs a newer one for nothing but Electron’s own tools', () => {
  expect(newer.map(({ name }) => name).sort()).toEqual([
    '@electron-internal/extract-zip',
    '@electron/get',
    '@electron/rebuild',
    'electron',
    'node-abi',
  ])
  for (const { name } of newer) expect(read('CONTRIBUTING.md'), name).toContain(`\`${name}\``)
})

it('has decided about every install script, and runs none', () => {
  const scripts = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name))
  expect(scripts.has('onnxruntime-node')).toBe(true)
  expect(packageJson.allowScripts).toEqual(Object.fromEntries([...scripts].sort().map((name) => [name, false])))
})

it('gives npm no setting that it does not know', () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { stderr, stdout, status } = spawnSync(npm, ['pkg', 'get', 'name'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  expect({ status, name: stdout.trim() }).toEqual({ status: 0, name: `"${packageJson.name}"` })
  expect(stderr).not.toContain('Unknown')
})
