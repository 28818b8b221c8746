/**
 * Gathers the licence of everything that a package of the app ships from node_modules, in build/licences, which
 * electron-builder puts beside the program. What is bundled into the code is in out/main and out/renderer (licenses.txt),
 * Electron's and Chromium's own texts lie beside their program.
 */
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usedPackages } from './lock.js'
import { ROOT } from './programs.js'

/** Texts for packages that bring none, and for licences that packages only name. */
const TEXTS = join(ROOT, 'packaging', 'licences')
const OF_PACKAGE: Readonly<Record<string, readonly string[]>> = {
  // With the notice of what is Google's in the files themselves.
  '@bufbuild/protobuf': ['Apache-2.0.txt'],
  'onnxruntime-common': ['onnxruntime.txt'],
  'onnxruntime-node': ['onnxruntime.txt', 'onnxruntime-third-party.txt'],
}

/** Not shipped (electron-builder.yml). */
const LEFT_OUT = /^@?cbor-extract\b/

/** The licence files of a package, and the part of its README about it where libvips is named, or without files. */
async function ownText(folder: string): Promise<string> {
  const names = await readdir(folder)
  const files = names.filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  const readme = names.find((name) => /^readme/i.test(name))
  const text = readme === undefined ? '' : await readFile(join(folder, readme), 'utf8')
  const heading = /^(?:#+\s*licen[cs]\w*\s*|licen[cs]e\s*\n-+\s*)$/im.exec(text)
  const section = heading ? text.slice(heading.index) : ''
  return [...texts, ...(texts.length === 0 || section.includes('libvips') ? [section] : [])].join('\n\n')
}

/**
 * Writes build/licences of an installation.
 * @param root folder with package-lock.json and node_modules; packages of other systems are not in it, and not listed.
 * @returns names of the packages that are listed.
 * @throws Error for a package whose licence is not known.
 */
export async function gatherLicences(root = ROOT): Promise<string[]> {
  const folder = join(root, 'build', 'licences')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const names: string[] = []
  const parts: string[] = []
  for (const { path, version, license } of usedPackages(root)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (LEFT_OUT.test(name)) continue
    const given = OF_PACKAGE[name]
    const text = given ? `See ${given.join(' and ')}.` : await ownText(join(root, path))
    if (text === '') throw new Error(`${name} has no licence text.`)
    names.push(name)
    parts.push(`${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text}\n`)
  }
  await writeFile(join(folder, 'packages.txt'), parts.join('\n'))
  await cp(TEXTS, folder, { recursive: true })
  await cp(join(ROOT, 'LICENSE'), join(folder, 'Fixative.txt'))
  return names
}
