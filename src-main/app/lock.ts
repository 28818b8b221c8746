import { FixativeError } from '../core/errors.js'
import { claim, type Release } from '../jobs/lock.js'

/**
 * Claims a data folder for this process: two apps on one folder would both run its queue.
 *
 * @returns the function that gives the folder free
 * @throws FixativeError `already-running`
 */
export async function claimFolder(folder: string): Promise<Release> {
  const release = await claim(folder)
  if (release) return release
  throw new FixativeError(
    'already-running',
    `Fixative is already running with the data folder ${folder}.`,
    'Use the window that is open, or set FIXATIVE_HOME to another folder.',
  )
}
