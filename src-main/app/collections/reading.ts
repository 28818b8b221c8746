import type { Examined } from '../../images/examine.js'
import type { Pool } from '../../workers/pool.js'

/** Pictures a task: few, so that a picture that somebody waits for is not long behind one. */
const BATCH = 4

/** Opens every picture in the workers and tells of each, in no particular order. */
export async function readAll(
  images: readonly { readonly index: number; readonly source: string }[],
  { pool, signal }: { pool: Pool; signal: AbortSignal },
  onFound: (index: number, found: Examined) => void,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < images.length) {
      const batch = images.slice(next, (next += BATCH))
      const sources = batch.map(({ source }) => source)
      const items = await pool.run('examine', { sources }, { signal })
      signal.throwIfAborted()
      items.forEach((item, at) => onFound(batch[at]!.index, item))
    }
  }
  // One lane more than workers, so that none waits for its next batch.
  await Promise.all(Array.from({ length: pool.size + 1 }, lane))
}
