/** Reads pictures of a thumbnail file, one at a time: a worker never holds a collection. */
import { closeSync, openSync, readSync } from 'node:fs'
import { keyedRandom } from '../core/random/random.js'
import { FixativeError } from '../core/errors.js'
import { type Budget, type Opacity, budgetOf } from '../core/protect/noise.js'
import { LOOK_LENGTH, lookOf } from '../images/groups.js'
import type { NoiseFiles, TaskInput, ThumbnailFile } from './tasks.js'

export interface ThumbnailReader {
  /** Bytes of one item, 3×S×S; the buffer is reused by the next call. */
  read(item: number): Uint8Array
  /** How opaque its places are, S×S; null where the file does not say. Reused as well. */
  opacity(item: number): Opacity
  close(): void
}

/** @throws FixativeError `thumbnails-missing` when the file is gone or too short. */
export function openThumbnails({ path, resolution, opacity }: ThumbnailFile): ThumbnailReader {
  const area = resolution * resolution
  const pixels = openItems(path, 3 * area)
  try {
    const shown = opacity === undefined ? null : openItems(opacity, area)
    return {
      read: pixels.read,
      opacity: (item) => shown && shown.read(item),
      close() {
        pixels.close()
        shown?.close()
      },
    }
  } catch (error) {
    pixels.close()
    throw error
  }
}

export interface NoiseReader {
  /** A picture's stored field, S×S; reused by the next call, like what it may change by. */
  field(item: number): Int8Array
  budget(item: number): Budget
  close(): void
}

/** @throws FixativeError `thumbnails-missing` as above. */
export function openNoise({ fields, budgets }: NoiseFiles, resolution: number): NoiseReader {
  const area = resolution * resolution
  const stored = openItems(fields, area)
  try {
    const allowed = openItems(budgets, 2 * area)
    return {
      field: (item) => new Int8Array(stored.read(item).buffer),
      budget: (item) => budgetOf(allowed.read(item)),
      close() {
        stored.close()
        allowed.close()
      },
    }
  } catch (error) {
    stored.close()
    throw error
  }
}

/** A raw file of items of `size` bytes, read into one buffer. */
function openItems(path: string, size: number): { read: (item: number) => Uint8Array; close: () => void } {
  const buffer = new Uint8Array(size)
  const lost = (cause?: unknown): FixativeError => {
    const message = `The job's own file ${path} is missing or damaged.`
    return new FixativeError('thumbnails-missing', message, 'Start the job again.', { cause })
  }
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw lost(error)
  }
  return {
    read(item) {
      if (readSync(file, buffer, 0, size, item * size) !== size) throw lost()
      return buffer
    },
    close: () => closeSync(file),
  }
}

/** How the items of a thumbnail file look, count×LOOK_LENGTH. @throws FixativeError as `openThumbnails` */
export function looksOf({ thumbnails, items }: TaskInput<'looks'>): Float32Array {
  const reader = openThumbnails(thumbnails)
  try {
    const looks = new Float32Array(items.length * LOOK_LENGTH)
    items.forEach((item, i) => looks.set(lookOf(reader.read(item), thumbnails.resolution), i * LOOK_LENGTH))
    return looks
  } finally {
    reader.close()
  }
}

/** The endless stream of training positions: a fresh seeded permutation of 0…n−1 for each epoch. */
export function epochOrder(count: number, seed: string): (position: number) => number {
  let epoch = -1
  let order: Int32Array = new Int32Array(0)
  return (position) => {
    const wanted = Math.floor(position / count)
    if (wanted !== epoch) {
      epoch = wanted
      order = keyedRandom(seed, 'order', epoch).permutation(count)
    }
    return order[position % count]!
  }
}
