/** Whether the folders of a running job are still those it began with: a disk may be removed, and leave an empty folder. */
import { stat } from 'node:fs/promises'
import { FixativeError } from '../core/errors.js'

const identity = async (path: string): Promise<string | null> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  )

/**
 * Remembers the folder of the originals as it is now.
 * @returns what throws FixativeError `input-gone` once it is another folder, or none.
 */
export async function guardInput(input: string): Promise<() => Promise<void>> {
  const before = await identity(input)
  return async () => {
    if ((await identity(input)) === before) return
    throw new FixativeError(
      'input-gone',
      `The folder of the originals "${input}" is not there any more.`,
      'Connect its disk or put the folder back, and start the job again: it goes on where it stopped.',
    )
  }
}
