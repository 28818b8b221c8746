import { randomUUID } from 'node:crypto'
import type { Preview, RequestPayload } from '../contract.js'
import { COLOURED, initialNoise } from '../core/protect/waves.js'
import type { Pool } from '../workers/pool.js'
import type { ImageStore } from './images.js'

/** Above the lists of thumbnails: somebody is looking at a slider. */
const PRIORITY = 20

const NOTE =
  'A pattern of the same strength and grain as the real one, which is only learnt when the job runs. ' +
  'Every value is at its limit here, so the real change is not stronger.'

/**
 * Noise to preview a strength with, before any has been learnt: what learning starts from, always the same here.
 *
 * @param epsilon 0–255
 * @returns 3×S×S, channel-first, 0–1
 */
export function previewNoise(resolution: number, epsilon: number): Float32Array {
  return initialNoise(1, resolution, epsilon / 255, 'preview', COLOURED)
}

/** Makes the three pictures of a preview in a worker; their ids live as long as they are among the newest. */
export async function makePreview(
  source: string,
  request: RequestPayload<'preview'>,
  pool: Pool,
  images: ImageStore,
): Promise<Preview> {
  const { epsilon, resolution, width, height, centerX, centerY } = request
  const delta = previewNoise(resolution, epsilon)
  const crop = await pool.run(
    'crop',
    { source, delta, resolution, epsilon, width, height, centerX, centerY },
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
    psnr: crop.psnr,
    maxAbsDiff: crop.maxAbsDiff,
    note: NOTE,
  }
}
