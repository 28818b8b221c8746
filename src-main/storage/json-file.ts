import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { privateFolder, writeAtomically } from './folders.js'

/** Writes JSON that only this user can read, so that a crash leaves either the old file or the new one. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await privateFolder(dirname(file))
  await writeAtomically(file, `${JSON.stringify(value)}\n`)
}

/** A JSON file as unchecked data; undefined when it is missing or is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown
  } catch {
    return undefined
  }
}
