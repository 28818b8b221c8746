import type { ThumbnailReport } from '../../images/types.js'
import type { Pool } from '../../workers/pool.js'

/** Pictures a task: few, so that a picture that somebody waits for is not long behind one. */
const BATCH = 4

type Found = ThumbnailReport['items'][number]

/** Opens every picture in the workers and tells of each, in no particular order. */
export async function readAll(
  pictures: readonly { readonly index: number; readonly source: string }[],
  { pool, signal, resolution }: { pool: Pool; signal: AbortSignal; resolution: number },
  onFound: (index: number, found: Found) => void,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < pictures.length) {
      const batch = pictures.slice(next, (next += BATCH))
      const sources = batch.map(({ source }) => source)
      const { items } = await pool.run('thumbnails', { sources, resolution }, { signal })
      signal.throwIfAborted()
      items.forEach((item, at) => onFound(batch[at]!.index, item))
    }
  }
  // One lane more than workers, so that none waits for its next batch.
  await Promise.all(Array.from({ length: pool.size + 1 }, lane))
}
