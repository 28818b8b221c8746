/**
 * What electron-builder makes of the app. On Linux it is started, with the Electron in FIXATIVE_ELECTRON_FOLDER, which
 * need not be the one that is released; for Windows and macOS, whose programs cannot run here, its content is looked at.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { ordinaryUser } from '../scripts/desktop-session.js'
import { packageApp } from '../scripts/package.js'
import { loadYaml } from './support/builder.js'
import { drawCollection } from './support/collection.js'
import { needs, noRegistry } from './support/needs.js'
import { ROOT, read } from './support/sources.js'

const MINUTE = 60_000
const root = mkdtempSync(join(tmpdir(), 'fixative-packaged-'))
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

interface Configuration {
  [key: string]: unknown
  electronFuses?: Record<string, boolean>
  win?: object
  mac?: object
}

/** Native code of a packaged app, by its path below node_modules. */
function nativeCode(resources: string): string[] {
  const folder = join(resources, 'app.asar.unpacked', 'node_modules')
  const native = /\.(?:node|dll|dylib|so[.\d]*)$/
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => native.test(name))
    .map((name) => name.replaceAll('\\', '/'))
}

function expectLicences(resources: string, sharp: readonly string[]): void {
  const text = (name: string): string => readFileSync(join(resources, 'licences', name), 'utf8')
  for (const name of [...Object.keys(packageJson.dependencies), ...sharp]) {
    if (name === 'culori') continue // Bundled: out/main/licenses.txt has it.
    expect(text('packages.txt'), name).toContain(`\n${name} `)
  }
  expect(text('packages.txt')).toContain('Use of libraries under the terms of the LGPLv3')
  expect(text('LGPL-3.txt')).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
  expect(text('onnxruntime-third-party.txt').length).toBeGreaterThan(100_000)
  expect(text('Fixative.txt')).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'))
}

/**
 * A folder as the repository's, with the packages of one system only, and electron-builder.yml changed for a test.
 * @returns null, or why there can be none here.
 */
function stage(
  project: string,
  platform: string,
  arch: string,
  change: (configuration: Configuration) => void,
): string | null {
  mkdirSync(project)
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'out', 'resources']) {
    cpSync(join(ROOT, name), join(project, name), { recursive: true })
  }
  const configuration = loadYaml(read('electron-builder.yml')) as Configuration
  change(configuration)
  // JSON is YAML.
  writeFileSync(join(project, 'electron-builder.yml'), JSON.stringify(configuration))
  const options = ['--omit=dev', '--ignore-scripts', '--prefer-offline', `--os=${platform}`, `--cpu=${arch}`]
  const { status, stdout, stderr } = spawnSync('npm', ['ci', ...options], { cwd: project, encoding: 'utf8' })
  return status === 0 ? null : noRegistry(stdout + stderr)
}

describe('the app for Linux', () => {
  const electron = process.env['FIXATIVE_ELECTRON_FOLDER'] ?? ''
  const project = join(root, 'linux')
  const unpacked = join(project, 'dist', 'linux-unpacked')
  const resources = join(unpacked, 'resources')
  const program = join(unpacked, 'fixative')
  let missing =
    process.platform !== 'linux' || process.arch !== 'x64'
      ? 'not on Linux x64'
      : !existsSync(join(electron, 'electron'))
        ? 'no Electron to pack: FIXATIVE_ELECTRON_FOLDER is not the folder of one'
        : null
  beforeAll(async () => {
    missing ??= stage(project, 'linux', 'x64', (configuration) => {
      // For the driver; the fuse is off in what is released.
      configuration.electronFuses!['enableNodeCliInspectArguments'] = true
      configuration['electronDist'] = electron
      configuration['extraMetadata'] = { main: 'out/main/on-older-electron.js' }
    })
    if (missing !== null) return
    const main = join(project, 'out', 'main')
    cpSync(join(ROOT, 'e2e', 'older-electron.js'), join(main, 'older-electron.js'))
    writeFileSync(join(main, 'on-older-electron.js'), "import './older-electron.js'\nawait import('./shell.js')\n")
    await packageApp(['--linux', 'dir'], project)
  }, 10 * MINUTE)

  it('has the native code of this system only, and every licence', (context) => {
    needs(missing, context)
    const found = nativeCode(resources)
    expect(
      found.filter(
        (name) => !/^(?:@img\/sharp-(?:libvips-)?linux-x64|onnxruntime-node\/bin\/napi-v6\/linux\/x64)\//.test(name),
      ),
    ).toEqual([])
    expect(found.length).toBe(4)
    expectLicences(resources, ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64'])
    for (const name of ['LICENSE.electron.txt', 'LICENSES.chromium.html']) {
      expect(existsSync(join(unpacked, name)), name).toBe(true)
    }
  })

  it(
    'starts, protects a folder and verifies it',
    async (context) => {
      needs(missing, context)
      const display = ['xvfb-run', 'xauth', 'dbus-run-session'].filter(
        (name) => spawnSync('which', [name]).status !== 0,
      )
      needs(display.length > 0 ? `${display.join(' and ')} not here` : null, context)
      const images = join(root, 'pictures')
      await drawCollection(images, { even: 3, odd: 3 })
      // Chromium's sandbox refuses root.
      const user = process.getuid?.() === 0 ? ordinaryUser(root) : []
      spawnSync('chmod', ['-R', 'a+rwX', root])
      if (user.length > 0) {
        const readable = spawnSync(user[0]!, [...user.slice(1), 'test', '-r', join(ROOT, 'package.json')]).status === 0
        needs(readable ? null : 'an ordinary user cannot read this folder', context)
      }
      const driver = [process.execPath, '--import', import.meta.resolve('tsx'), join(ROOT, 'e2e', 'packaged.ts')]
      const [first, ...rest] = [...user, 'xvfb-run', '-a', 'dbus-run-session', '--', ...driver, program, images]
      const env = { ...process.env, FIXATIVE_HOME: join(root, 'data') }
      const { status, stdout, stderr } = spawnSync(first!, rest, { cwd: root, encoding: 'utf8', env })
      expect(status, stdout + stderr).toBe(0)
      expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+/)
      expect(readdirSync(`${images}-protected`).sort()).toEqual([
        'even',
        'fixative-certificate.json',
        'fixative-report.html',
        'odd',
      ])
    },
    30 * MINUTE,
  )

  it(
    'is put into a deb that depends on what Electron loads',
    async (context) => {
      needs(missing ?? (spawnSync('which', ['dpkg-deb']).status === 0 ? null : 'dpkg-deb is not here'), context)
      vi.stubEnv('CUSTOM_FPM_PATH', join(ROOT, 'test', 'support', 'fpm.mjs'))
      // Where the project is at home is told by the clone that a release is built from.
      const home = '-c.extraMetadata.homepage=https://example.org/fixative'
      await packageApp(['--linux', 'deb', '--prepackaged', unpacked, home], project)
      vi.unstubAllEnvs()
      const file = join(project, 'dist', `Fixative-${packageJson.version}-linux-amd64.deb`)
      const field = (name: string): string =>
        spawnSync('dpkg-deb', ['-f', file, name], { encoding: 'utf8' }).stdout.trim()
      expect([field('Package'), field('Version')]).toEqual(['fixative', packageJson.version])
      for (const name of ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1']) expect(field('Depends')).toContain(name)
      const content = join(root, 'deb')
      expect(spawnSync('dpkg-deb', ['-R', file, content]).status).toBe(0)
      for (const path of ['opt/Fixative/fixative', 'opt/Fixative/resources/licences/packages.txt']) {
        expect(existsSync(join(content, path)), path).toBe(true)
      }
      expect(readFileSync(join(content, 'DEBIAN/postinst'), 'utf8')).toContain('apparmor')
      const [desktop] = readdirSync(join(content, 'usr/share/applications'))
      expect(readFileSync(join(content, 'usr/share/applications', desktop!), 'utf8')).toMatch(
        /^Exec=\/opt\/Fixative\/fixative/m,
      )
    },
    10 * MINUTE,
  )
})

/** Stands in for Electron's program for another system: electron-builder needs files to rename. */
function standIn(system: 'win' | 'mac', folder: string): void {
  const put = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  put('LICENSE', 'Electron')
  put('LICENSES.chromium.html', 'Chromium')
  put('version', packageJson.devDependencies.electron)
  if (system === 'win') return put('electron.exe', 'MZ')
  const plist = `<?xml version="1.0"?><plist version="1.0"><dict><key>CFBundleExecutable</key><string>Electron</string></dict></plist>`
  put('Electron.app/Contents/Info.plist', plist)
  put('Electron.app/Contents/MacOS/Electron', '')
  put('Electron.app/Contents/Resources/electron.icns', '')
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = `Electron.app/Contents/Frameworks/Electron Helper${kind}.app/Contents`
    put(`${helper}/Info.plist`, plist)
    put(`${helper}/MacOS/Electron Helper${kind}`, '')
  }
}

describe.each([
  ['win', 'win32', 'x64', ['@img/sharp-win32-x64']],
  ['win', 'win32', 'arm64', ['@img/sharp-win32-arm64']],
  ['mac', 'darwin', 'arm64', ['@img/sharp-darwin-arm64', '@img/sharp-libvips-darwin-arm64']],
] as const)('the app for %s (%s %s)', (system, platform, arch, sharp) => {
  const project = join(root, `${system}-${arch}`)
  const output = join(project, 'dist')
  let missing: string | null = process.platform === 'win32' ? 'cross-packing is not tried on Windows' : null
  beforeAll(async () => {
    missing ??= stage(project, platform, arch, (configuration) => {
      // The stand-in has no fuses, and nothing that could be signed or hold a hash.
      delete configuration.electronFuses
      configuration['disableAsarIntegrity'] = true
      configuration['electronDist'] = join(project, 'electron')
      Object.assign(
        configuration[system]!,
        system === 'win' ? { signAndEditExecutable: false } : { identity: null, notarize: false },
      )
    })
    if (missing !== null) return
    standIn(system, join(project, 'electron'))
    await packageApp([`--${system}`, 'dir', `--${arch}`], project)
  }, 10 * MINUTE)

  it('has the native code of that system only, and every licence', (context) => {
    needs(missing, context)
    const [unpacked] = readdirSync(output).filter((name) => /unpacked$|^mac/.test(name))
    const inside = system === 'mac' ? ['Fixative.app', 'Contents', 'Resources'] : ['resources']
    const resources = join(output, unpacked!, ...inside)
    const found = nativeCode(resources)
    const own = [...sharp.map((name) => `${name}/`), `onnxruntime-node/bin/napi-v6/${platform}/${arch}/`]
    for (const folder of own)
      expect(
        found.some((name) => name.startsWith(folder)),
        folder,
      ).toBe(true)
    expect(found.filter((name) => !own.some((folder) => name.startsWith(folder)))).toEqual([])
    expectLicences(resources, sharp)
    rmSync(project, { recursive: true, force: true, maxRetries: 5 })
  })
})
