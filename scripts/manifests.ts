/**
 * Fills the manifests of package managers (packaging/) for one release: `manifests.ts FOLDER HOME`, where FOLDER has the
 * release's files and HOME is the address of the repository. Writes FOLDER/manifests.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { ROOT, isProgram } from './programs.js'

const MANAGERS = ['aur', 'flatpak', 'homebrew', 'winget']

const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** What `{{…}}` stands for. @throws Error for an unknown name, and for a file that the release does not have. */
async function value(name: string, folder: string, home: string): Promise<string> {
  const { version } = packageJson
  const [, kind, file] = /^(sha256|SHA256) (.+)$/.exec(name) ?? []
  if (file !== undefined) {
    const hash = await sha256(
      file === 'icon' ? join(ROOT, 'resources/icon.png') : join(folder, `Fixative-${version}-${file}`),
    )
    return kind === 'SHA256' ? hash.toUpperCase() : hash
  }
  const known: Readonly<Record<string, string>> = {
    version,
    home,
    download: `${home}/releases/download/v${version}`,
    icon: `${home}/raw/v${version}/resources/icon.png`,
    date: new Date().toISOString().slice(0, 10),
  }
  const found = known[name]
  if (found === undefined) throw new Error(`{{${name}}} stands for nothing.`)
  return found
}

/** @throws as `value`. */
export async function writeManifests(folder: string, home: string): Promise<void> {
  for (const manager of MANAGERS) {
    for (const name of await readdir(join(ROOT, 'packaging', manager))) {
      let text = await readFile(join(ROOT, 'packaging', manager, name), 'utf8')
      for (const [placeholder, inside] of text.matchAll(/\{\{([^}]+)\}\}/g)) {
        text = text.replace(placeholder, await value(inside!, folder, home))
      }
      const target = join(folder, 'manifests', manager, name)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, text)
    }
  }
}

if (isProgram(import.meta.url)) {
  const [folder, home] = process.argv.slice(2)
  if (folder === undefined || home === undefined) throw new Error('Usage: manifests.ts FOLDER HOME')
  await writeManifests(folder, home)
}
