import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Bytes that are free for a folder, which may not be there yet; null: the system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  let at = folder
  for (let facts = await factsOf(at); ; facts = await factsOf(at)) {
    if (facts) return facts.bavail * facts.bsize
    if (dirname(at) === at) return null
    at = dirname(at)
  }
}

const factsOf = (path: string) => statfs(path).catch(() => null)
