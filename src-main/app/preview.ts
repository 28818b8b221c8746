import { randomUUID } from 'node:crypto'
import type { Preview, RequestPayload } from '../../src-shared/contract/index.js'
import { usesBrightness } from '../core/settings.js'
import { visibilitySentence } from '../core/visibility/sentence.js'
import type { Pool } from '../workers/pool.js'
import type { ImageStore } from './images.js'

/** Above the lists of thumbnails: somebody is looking at a slider. */
const PRIORITY = 20

const NOTE =
  'A pattern as visible and as fine as the real change, in the same places. The real one is only learnt when the job runs.'

/** Makes the three pictures of a preview in a worker; their ids live as long as they are among the newest. */
export async function makePreview(
  source: string,
  request: RequestPayload<'preview'>,
  pool: Pick<Pool, 'run'>,
  images: ImageStore,
): Promise<Preview> {
  const { visibility, resolution, width, height, centerX, centerY } = request
  const brightness = usesBrightness(request)
  const crop = await pool.run(
    'crop',
    { source, eyes: { visibility, brightness }, resolution, width, height, centerX, centerY },
    { priority: PRIORITY },
  )
  const key = `preview/${randomUUID()}/`
  const id = (part: 'before' | 'after' | 'difference'): string =>
    images.add(key + part, async () => ({ bytes: crop[part], mime: 'image/png' }))
  return {
    before: id('before'),
    after: id('after'),
    difference: id('difference'),
    amplification: crop.amplification,
    width: crop.width,
    height: crop.height,
    x: crop.x,
    y: crop.y,
    imageWidth: crop.imageWidth,
    imageHeight: crop.imageHeight,
    flip: crop.flip,
    comparison: visibilitySentence(crop.flip),
    psnr: crop.psnr,
    maxAbsDiff: crop.maxAbsDiff,
    note: NOTE,
  }
}
