/** The source files of the project, for tests that read them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Paths from the root, with '/', of the files below a folder that have one of these endings. */
export function filesBelow(folder: string, ends: readonly string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ends.some((end) => name.endsWith(end)))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
}

/** The same without tests. */
export const sources = (folder: string, ends: readonly string[]): string[] =>
  filesBelow(folder, ends).filter((name) => !name.includes('.test.'))

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
