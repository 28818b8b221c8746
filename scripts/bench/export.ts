/** How fast pictures are exported, beside sharp that does nothing else. */
import { exportOptions } from '../../src-main/core/export-options.js'
import { DEFAULT_SETTINGS } from '../../src-main/core/settings.js'
import { join } from 'node:path'
import sharp from 'sharp'
import { carrierField } from '../../src-main/core/protect/carriers.js'
import { storedField } from '../../src-main/core/protect/noise.js'
import { RESOLUTION } from './engine.js'
import { RUNS, median, round, seconds } from './figures.js'
import { CORES, atOnce, numberFrom, startPool } from './processes.js'

/** Mean FLIP to which the export scales its noise. */
const VISIBILITY = 0.1

/** What the bare codec is asked for; the first is sharp's own choice, the others are how Fixative encodes. */
const BARE = {
  jpeg: {
    defaults: { quality: 95, chromaSubsampling: '4:4:4' },
    sameOptions: { quality: 95, chromaSubsampling: '4:4:4', optimiseCoding: false },
  },
  png: { defaults: {} },
}

/**
 * Export of an 8-megapixel picture by each worker at once, beside as many bare decodings and encodings.
 * @param folder for the pictures
 */
export async function exporting(format: keyof typeof BARE, folder: string) {
  const [width, height] = [3264, 2448] as const
  const from = join(folder, `picture.${format}`)
  const to = (core: number): string => join(folder, `written-${core}.${format}`)
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
  const image = sharp({ create: { width, height, channels: 3, background: '#888', noise } }).blur(3)
  await image.toFormat(format, format === 'jpeg' ? { quality: 92 } : {}).toFile(from)
  const encoding = { ...exportOptions(DEFAULT_SETTINGS, null), reserve: 'none' } as const
  const megapixels = (CORES * width * height) / 1e6
  const pool = startPool()
  try {
    const eyes = { visibility: VISIBILITY, brightness: false }
    const read = await pool.run('thumbnails', { sources: [from], resolution: RESOLUTION, eyes })
    const [item] = read.items
    if (!item?.ok) throw new Error(`${from} cannot be read: ${item?.reason}`)
    const field = storedField(carrierField('bench', 'picture', { across: 6, down: 8 }, 1, RESOLUTION))
    const noiseOf = { field, budget: item.budget, most: item.most, resolution: RESOLUTION }
    const exportOne = (core: number) =>
      pool.run('exportImage', { source: from, target: to(core), ...noiseOf, ...encoding })
    const full = await seconds(() => atOnce(exportOne))
    const one = await seconds(() => exportOne(0))
    const bare: Record<string, { megapixelsPerSecond: number; ratio: number }> = {}
    for (const [name, options] of Object.entries(BARE[format])) {
      const asked = [format, JSON.stringify(options), String(2 * RUNS)]
      const time = median(await atOnce((core) => numberFrom('bare.ts', from, to(core), ...asked)))
      bare[name] = { megapixelsPerSecond: round(megapixels / time), ratio: round(time / full) }
    }
    return {
      megapixelsPerSecond: round(megapixels / full),
      megapixelsPerSecondOneImage: round(megapixels / CORES / one),
      bareSharp: bare,
    }
  } finally {
    await pool.close()
  }
}
