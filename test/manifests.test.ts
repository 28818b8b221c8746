/** The manifests of package managers, filled for a release. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { writeManifests } from '../scripts/manifests.js'
import { loadYaml } from './support/builder.js'

const HOME = 'https://example.org/fixative'
const FILES = ['win-x64.exe', 'win-arm64.exe', 'mac-arm64.dmg', 'linux-amd64.deb', 'linux-x64.tar.gz']
const folder = mkdtempSync(join(tmpdir(), 'fixative-manifests-'))
const hash = (file: string): string => createHash('sha256').update(file).digest('hex')
const text = (name: string): string => readFileSync(join(folder, 'manifests', name), 'utf8')

beforeAll(async () => {
  for (const file of FILES) writeFileSync(join(folder, `Fixative-${packageJson.version}-${file}`), file)
  await writeManifests(folder, HOME)
})
afterAll(() => rmSync(folder, { recursive: true }))

it('leave nothing open, and name each file by its hash', () => {
  const names = readdirSync(join(folder, 'manifests'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes('.') || name.endsWith('PKGBUILD'),
  )
  expect(names.length).toBe(8)
  const all = names.map(text).join('\n')
  expect(all).not.toMatch(/\{\{|\}\}/)
  for (const file of FILES) expect(all.toLowerCase(), file).toContain(hash(file))
  expect(all).toContain(`${HOME}/releases/download/v${packageJson.version}/Fixative-${packageJson.version}-win-x64.exe`)
})

it('are well-formed', () => {
  for (const name of ['', '.installer', '.locale.en-US']) {
    expect(loadYaml(text(`winget/Fixative.Fixative${name}.yaml`))).toMatchObject({
      PackageVersion: packageJson.version,
    })
  }
  expect(loadYaml(text('flatpak/org.fixative.app.yml'))).toMatchObject({ id: 'org.fixative.app', command: 'fixative' })
  expect(spawnSync('bash', ['-n', join(folder, 'manifests/aur/PKGBUILD')]).status).toBe(0)
})

it('are not made for a release that lacks a file', async () => {
  rmSync(join(folder, `Fixative-${packageJson.version}-win-arm64.exe`))
  await expect(writeManifests(folder, HOME)).rejects.toThrow('win-arm64.exe')
})
