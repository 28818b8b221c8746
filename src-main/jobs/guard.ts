/** Whether the folders of a running job are still those it began with: a disk may be removed, and leave an empty folder. */
import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FixativeError } from '../core/errors.js'

const AGAIN = 'and start the job again: it goes on where it stopped.'

const factsOf = async (path: string) => stat(path, { bigint: true }).catch(() => null)

const identity = async (path: string): Promise<string | null> => {
  const facts = await factsOf(path)
  return facts && `${facts.dev}:${facts.ino}`
}

/**
 * Remembers the folder of the originals as it is now.
 * @returns what throws FixativeError `input-gone` once it is another folder, or none, and `input-unreadable` once its
 *   files may not be reached any more.
 */
export async function guardInput(input: string): Promise<() => Promise<void>> {
  const before = await identity(input)
  return async () => {
    if ((await identity(input)) !== before) {
      throw new FixativeError(
        'input-gone',
        `The folder of the originals "${input}" is not there any more.`,
        `Connect its disk or put the folder back, ${AGAIN}`,
      )
    }
    await access(input, constants.R_OK | constants.X_OK).catch((cause: unknown) => {
      const message = `The folder of the originals "${input}" may not be read any more.`
      throw new FixativeError('input-unreadable', message, `Give its permissions back, ${AGAIN}`, { cause })
    })
  }
}

/**
 * Remembers where the output folder lies, or will lie, as it is now: before it is written to, no marker in it tells it.
 * @returns what throws FixativeError `output-gone` once that is another place, or none.
 */
export async function guardOutput(output: string): Promise<() => Promise<void>> {
  let place = output
  while ((await identity(place)) === null && dirname(place) !== place) place = dirname(place)
  const before = await identity(place)
  return async () => {
    if ((await identity(place)) !== before) throw outputGone(output)
  }
}

/**
 * Where the disk that a path is on, or will be on, is mounted; null: it is the system's own, or a mount that cannot be
 * told from what it lies in (Windows, where a drive that is away has no folder either).
 */
export async function mountOf(path: string): Promise<string | null> {
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const own = await factsOf(at)
    if (own && own.dev !== (await factsOf(dirname(at)))?.dev) return at
  }
  return null
}

export const outputGone = (output: string): FixativeError =>
  new FixativeError(
    'output-gone',
    `The output folder "${output}", as it was when the job began, is not there any more.`,
    `Connect its disk or put the folder back, ${AGAIN}`,
  )
