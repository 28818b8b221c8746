/** The packaging configuration, as far as it can be checked without building: keys, targets, files, icons, fuses. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { APP_ID } from '../src-main/shell/identity.js'
import { makeIcons } from '../scripts/icons.js'
import { gatherLicences } from '../scripts/licences.js'
import { electronProgram, noSandbox, noWindow } from '../scripts/start.js'
import { loadYaml, minimatch, validate } from './support/builder.js'

interface Platform {
  asarUnpack?: string[]
  extraResources?: { from: string; to: string }[]
  target: { target: string; arch: string[] }[]
  icon: string
  files: string[]
}
type Configuration = Record<'win' | 'mac' | 'linux', Platform> & {
  appId: string
  files: string[]
  asarUnpack: string[]
  extraResources: unknown
  electronFuses: Record<string, boolean>
  deb: { depends: string[] }
  mac: { entitlements: string; notarize: boolean; hardenedRuntime: boolean }
}
const root = new URL('../', import.meta.url)
const read = (): Configuration => loadYaml(readFileSync(new URL('electron-builder.yml', root), 'utf8')) as Configuration

/** Target names of electron-builder, which its own check does not look at. */
const TARGETS = {
  win: ['nsis', 'nsis-web', 'portable', 'appx', 'msi', 'msi-wrapped', 'squirrel', 'zip', '7z', 'dir'],
  mac: ['dmg', 'zip', 'pkg', 'mas', 'mas-dev', '7z', 'tar.gz', 'tar.xz', 'dir'],
  linux: ['AppImage', 'flatpak', 'snap', 'deb', 'rpm', 'freebsd', 'pacman', 'p5p', 'apk', 'tar.gz', 'tar.xz', 'dir'],
} as const

describe('electron-builder.yml', () => {
  it('is what electron-builder understands, and the check does find mistakes', async () => {
    await validate(read())
    await expect(validate({ ...read(), asarUnpacked: [] })).rejects.toThrow(/asarUnpacked/)
    await expect(validate({ ...read(), electronFuses: { runAsNod: true } })).rejects.toThrow(
      /configuration.electronFuses/,
    )
  })

  it('names targets that exist', () => {
    for (const platform of ['win', 'mac', 'linux'] as const) {
      for (const { target, arch } of read()[platform].target) {
        expect(TARGETS[platform], platform).toContain(target)
        for (const name of arch) expect(['x64', 'arm64']).toContain(name)
      }
    }
    const targets = (platform: 'win' | 'mac' | 'linux') => read()[platform].target.map(({ target }) => target)
    expect(targets('win')).toEqual(['nsis', 'portable'])
    expect(targets('mac')).toEqual(['dmg', 'zip'])
    expect(targets('linux')).toEqual(['AppImage', 'deb', 'tar.gz'])
  })

  it.each([
    ['win', 'x64', 'win32/x64', ['sharp-win32-x64']],
    ['win', 'arm64', 'win32/arm64', ['sharp-win32-arm64']],
    ['mac', 'arm64', 'darwin/arm64', ['sharp-darwin-arm64', 'sharp-libvips-darwin-arm64']],
    ['linux', 'x64', 'linux/x64', ['sharp-libvips-linux-x64', 'sharp-linux-x64']],
  ] as const)('ships the native code of %s %s and of no other system', async (platform, arch, runtime, sharps) => {
    const excluded = [...read().files, ...read()[platform].files]
      .filter((glob) => glob.startsWith('!'))
      .map((glob) => glob.slice(1).replaceAll('${arch}', arch))
    const shipped = (path: string): boolean => !excluded.some((glob) => minimatch(path, glob))

    const binaries = 'node_modules/onnxruntime-node/bin/napi-v6'
    const runtimes: string[] = []
    for (const system of await readdir(new URL(binaries, root))) {
      for (const arch of await readdir(new URL(`${binaries}/${system}`, root))) runtimes.push(`${system}/${arch}`)
    }
    expect(runtimes.length).toBeGreaterThan(3)
    expect(runtimes.filter((name) => shipped(`${binaries}/${name}/onnxruntime_binding.node`))).toEqual([runtime])

    const optional = JSON.parse(readFileSync(new URL('node_modules/sharp/package.json', root), 'utf8')) as {
      optionalDependencies: Record<string, string>
    }
    const packages = Object.keys(optional.optionalDependencies)
    expect(packages.length).toBeGreaterThan(10)
    expect(packages.filter((name) => shipped(`node_modules/${name}/lib/binary.node`)).sort()).toEqual(
      sharps.map((name) => `@img/${name}`).sort(),
    )
    for (const path of [
      'out/main/worker.js',
      'out/renderer/licenses.txt',
      'node_modules/sharp/lib/index.js',
      'node_modules/@img/colour/index.cjs',
      'node_modules/zod/package.json',
    ]) {
      expect(shipped(path), path).toBe(true)
    }
  })

  it('ships the licences of what it ships', async () => {
    expect(read().extraResources).toEqual([{ from: 'build/licences', to: 'licences' }])
    const names = await gatherLicences()
    for (const name of ['sharp', 'onnxruntime-node', 'zod', 'electron-store']) expect(names).toContain(name)
    expect(names).not.toContain('vitest')
  })

  it('unpacks the packages that load native code', () => {
    for (const path of [
      'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1',
      'node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8',
      'node_modules/sharp/lib/index.js',
    ]) {
      expect(
        read().asarUnpack.some((glob) => minimatch(path, glob)),
        path,
      ).toBe(true)
    }
  })

  it('lays beside the archive all that a worker loads on Linux, with the Node.js that runs it', () => {
    const { linux } = read()
    for (const path of ['package.json', 'out/main/worker.js', 'out/main/chunks/c2pa.js', 'node_modules/zod/index.js']) {
      expect(
        linux.asarUnpack?.some((glob) => minimatch(path, glob)),
        path,
      ).toBe(true)
    }
    expect(linux.extraResources).toEqual([{ from: 'build/node', to: '.' }])
  })

  it('makes the Debian package bring what Electron loads', () => {
    expect(read().deb.depends).toEqual(expect.arrayContaining(['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1']))
  })

  it('is the app that Electron tells the system about', () => {
    expect(read().appId).toBe(APP_ID)
    const { name, desktopName } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<
      string,
      string
    >
    expect(desktopName).toBe(`${name}.desktop`)
  })

  it('is offered for folders by the file managers', () => {
    const { nsis, mac, linux } = read() as unknown as Record<'nsis' | 'mac' | 'linux', Record<string, never>>
    const menu = readFileSync(new URL(nsis['include']!, root), 'utf8')
    expect(menu).toContain('WriteRegStr HKCU "Software\\Classes\\Directory\\shell\\Fixative\\command"')
    expect(menu).toContain('DeleteRegKey HKCU "Software\\Classes\\Directory\\shell\\Fixative"')
    const types = JSON.stringify(mac['extendInfo'])
    for (const type of ['public.folder', 'public.json']) expect(types).toContain(type)
    expect(linux['mimeTypes']).toContain('inode/directory')
  })

  it('closes every way to run other code inside the program', () => {
    expect(read().electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('signs for the Mac with files that are there', () => {
    const { mac } = read()
    expect(mac).toMatchObject({ hardenedRuntime: true, notarize: true })
    expect(existsSync(new URL(mac.entitlements, root))).toBe(true)
  })
})

describe('icons', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fixative-icons-'))
    await makeIcons(folder)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are where the configuration looks for them', async () => {
    for (const platform of ['win', 'mac', 'linux'] as const) {
      expect(existsSync(join(folder, read()[platform].icon.replace('build/icons', '.'))), platform).toBe(true)
    }
    for (const name of await readdir(join(folder, 'png'))) {
      const { width, height, format } = await sharp(join(folder, 'png', name)).metadata()
      expect(`${width}x${height}.png`).toBe(name)
      expect(format).toBe('png')
    }
  })

  it('are well-formed containers: each table entry leads to a PNG of its size', async () => {
    const ico = await readFile(join(folder, 'icon.ico'))
    expect([ico.readUInt16LE(0), ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([0, 1, 7])
    for (let index = 0; index < 7; index++) {
      const entry = 6 + 16 * index
      const start = ico.readUInt32LE(entry + 12)
      const { width } = await sharp(ico.subarray(start, start + ico.readUInt32LE(entry + 8))).metadata()
      expect(width).toBe(ico.readUInt8(entry) || 256)
    }
    const icns = await readFile(join(folder, 'icon.icns'))
    expect(icns.toString('latin1', 0, 4)).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    const sizes: number[] = []
    for (let offset = 8; offset < icns.length; offset += icns.readUInt32BE(offset + 4)) {
      const png = icns.subarray(offset + 8, offset + icns.readUInt32BE(offset + 4))
      sizes.push((await sharp(png).metadata()).width)
    }
    expect(sizes).toEqual([16, 32, 128, 256, 512, 1024, 32, 64, 256])
  })
})

describe('npm start', () => {
  it('says in one sentence where no window can be opened, and names the way out', () => {
    const sentence = /^[^.]*`npm run serve`[^.]*\.$/
    expect(noWindow({}, 'linux', 1000)).toMatch(sentence)
    expect(noWindow({ DISPLAY: ':0' }, 'linux', 0)).toMatch(sentence)
    expect(noWindow({ DISPLAY: ':0' }, 'linux', 1000)).toBe(null)
    expect(noWindow({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 1000)).toBe(null)
    expect(noWindow({}, 'darwin', 501)).toBe(null)
  })

  it('says in one sentence what to do where the system keeps Electron from its sandbox', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fixative-sys-'))
    try {
      expect(noSandbox('/electron/electron', folder)).toBe(null)
      await mkdir(join(folder, 'kernel'))
      const setting = join(folder, 'kernel', 'apparmor_restrict_unprivileged_userns')
      await writeFile(setting, '0\n')
      expect(noSandbox('/electron/electron', folder)).toBe(null)
      await writeFile(setting, '1\n')
      const reason = noSandbox('/electron/electron', folder)
      expect(reason).toMatch(
        /kernel\.apparmor_restrict_unprivileged_userns is 1.*chmod 4755 '\/electron\/chrome-sandbox'/,
      )
      expect(reason).not.toContain('no-sandbox')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('finds Electron without starting its download', () => {
    expect(electronProgram({}, tmpdir())).toBe(null)
    expect(electronProgram({ ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' }, tmpdir())).toBe(null)
  })
})
