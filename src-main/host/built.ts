import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FixativeError } from '../core/errors.js'

export interface Built {
  readonly rendererDir: string
  readonly workerEntry: URL
}

/**
 * Finds the built app (`out`) from wherever this code runs: in one of its programs, in a shared chunk of them, or from
 * source in the repository.
 *
 * @throws FixativeError `not-built`
 */
export function findBuilt(from = import.meta.dirname): Built {
  for (let folder = from; ; folder = dirname(folder)) {
    for (const out of [folder, join(folder, 'out')]) {
      if (!existsSync(join(out, 'renderer', 'index.html'))) continue
      const workerEntry = pathToFileURL(join(out, 'main', 'worker.js'))
      return { rendererDir: join(out, 'renderer'), workerEntry }
    }
    if (dirname(folder) === folder) break
  }
  throw new FixativeError('not-built', 'The window of Fixative has not been built.', 'Build it with: npm run build')
}
