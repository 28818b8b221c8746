import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestSchemas } from '../../src-shared/contract/index.js'
import { visibilitySentence } from '../core/visibility/sentence.js'
import { cropBeforeAfter, type CropRequest } from '../images/view.js'
import type { Pool } from '../workers/pool.js'
import { ImageStore } from './images.js'
import { makePreview } from './preview.js'

const SIDE = 96
let folder: string
let source: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixative-preview-'))
  source = join(folder, 'a.png')
  const grain = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => 70 + ((i * 7919) % 113))
  await sharp(grain, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(source)
})
afterAll(() => rm(folder, { recursive: true }))

describe('makePreview', () => {
  const asked: CropRequest[] = []
  /** The worker's task in this process. */
  const pool = {
    run: async (_task: string, input: CropRequest) => {
      asked.push(input)
      return cropBeforeAfter(input)
    },
  } as unknown as Pick<Pool, 'run'>
  const images = new ImageStore()
  const preview = (changes: object) => {
    const request = { collectionId: 'c', index: 0, visibility: 0.1, strength: 'balanced', resolution: 32, ...changes }
    return makePreview(source, requestSchemas.preview.parse(request), pool, images)
  }

  it('says in words how visible the change is', async () => {
    const [less, more] = [await preview({ visibility: 0.04 }), await preview({ visibility: 0.1 })]
    expect(less.flip).toBeGreaterThan(0)
    expect(more.flip).toBeGreaterThan(less.flip)
    expect(less.comparison).toBe(visibilitySentence(less.flip))
  })

  it('changes light and dark in strong only', async () => {
    for (const strength of ['subtle', 'balanced', 'strong']) await preview({ strength })
    expect(asked.slice(-3).map(({ eyes }) => eyes.brightness)).toEqual([false, false, true])
  })

  it('serves the three pictures by id', async () => {
    const { before, after, difference } = await preview({})
    expect(new Set([before, after, difference]).size).toBe(3)
    for (const id of [before, after, difference]) {
      const image = await images.read(id)
      expect(await sharp(image!.bytes).metadata()).toMatchObject({ format: 'png', width: SIDE, height: SIDE })
    }
  })
})
