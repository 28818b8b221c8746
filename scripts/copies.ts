/** Finds copies of the same file. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** @returns whether no file of the same content was asked for before */
export function firstOfCopies(): (path: string) => boolean {
  const seen = new Set<string>()
  return (path) => {
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex')
    if (seen.has(hash)) return false
    seen.add(hash)
    return true
  }
}
