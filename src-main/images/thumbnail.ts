/** The small pictures that a surrogate learns from. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Served } from '../core/channels.js'
import { allowanceFor, look } from './budget.js'
import { toSrgb } from './convert.js'
import { type ImageFacts, inspect, OPEN } from './inspect.js'
import { readFailure } from './sniff.js'
import type { Pixels } from './perturb.js'
import { asServed } from './served.js'
import { asViewed } from './viewed.js'
import type { View } from '../core/stress/rows.js'
import type { Eyes, Thumbnail, ThumbnailReport, ThumbnailRequest, Unreadable } from './types.js'

type Item = ThumbnailReport['items'][number]

/** Pixels in sRGB, without a profile. */
const BARE = { space: 'srgb' } as const

/** SHA-256 of a file's bytes, hex, read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Interleaved RGB (or grey, repeated) to channel-first. */
function planar(data: Uint8Array, channels: number, resolution: number): Uint8Array {
  const area = resolution * resolution
  const out = new Uint8Array(3 * area)
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) out[c * area + i] = data[i * channels + (channels < 3 ? 0 : c)]!
  }
  return out
}

/** 3×S×S bytes of whatever a pipeline reads, on white. */
async function shrink(pipeline: Sharp, resolution: number, kind: Pick<Metadata, 'icc' | 'space'>): Promise<Uint8Array> {
  const flat = pipeline.flatten({ background: '#ffffff' }).resize(resolution, resolution, { fit: 'fill' })
  const small = toSrgb(flat, kind)
  const { data, info } = await small.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return planar(data, info.channels, resolution)
}

/** Reads a picture once more: for how opaque its places are, and what they may change by. */
async function withBudget(
  small: Thumbnail,
  source: string,
  facts: ImageFacts,
  resolution: number,
  eyes: Eyes | undefined,
): Promise<Item> {
  try {
    const opacity = small.alpha ? await opacityOf(source, resolution) : new Uint8Array(resolution ** 2).fill(255)
    if (!eyes) return { ...small, opacity, budget: new Uint8Array(), most: { mean: 0, worst: 0 } }
    return { ...small, opacity, ...(await allowanceFor(await look(source, facts), resolution, eyes)) }
  } catch (error) {
    return { ok: false, reason: readFailure(error) }
  }
}

function opacityOf(source: string, resolution: number): Promise<Uint8Array> {
  const alpha = sharp(source, OPEN).autoOrient().extractChannel('alpha')
  return alpha.resize(resolution, resolution, { fit: 'fill' }).raw({ depth: 'uchar' }).toBuffer()
}

/** What `thumbnails` makes of a PNG of these pixels without a colour profile. */
export async function thumbnailOf({ data, width, height, channels }: Pixels, resolution: number): Promise<Uint8Array> {
  return shrink(sharp(data as Buffer, { ...OPEN, raw: { width, height, channels } }), resolution, BARE)
}

/**
 * One picture shrunk to S×S, as `thumbnails` does; never throws for a bad picture.
 * @param served shrink what a platform would make of it; size and hash are the file's own
 * @param view shrink what somebody makes of that
 */
export async function thumbnail(
  source: string,
  resolution: number,
  served: Served | null = null,
  view?: View,
): Promise<Thumbnail | Unreadable> {
  const facts = await inspect(source)
  return facts.ok ? thumbnailFrom(source, facts, resolution, served, view) : facts
}

async function thumbnailFrom(
  source: string,
  { metadata, alpha, format }: ImageFacts,
  resolution: number,
  served: Served | null,
  view?: View,
): Promise<Thumbnail | Unreadable> {
  try {
    const uploaded = served ? await asServed(source, served) : source
    const shown = view ? await asViewed(uploaded, view) : uploaded
    const pixels = Buffer.isBuffer(shown)
      ? await shrink(sharp(shown, OPEN), resolution, BARE)
      : await shrink(sharp(source, OPEN).autoOrient(), resolution, metadata)
    const { width, height } = metadata.autoOrient
    const sha256 = await sha256OfFile(source)
    return { ok: true, pixels, alpha, width, height, format, sha256 }
  } catch (error) {
    return { ok: false, reason: readFailure(error) }
  }
}

/**
 * Shrinks each picture to S×S sRGB: EXIF orientation applied, colour profile converted, 8 bit, grey as RGB, alpha
 * flattened on white. `width` and `height` are of the picture as displayed. One picture is in memory at a time, and
 * formats that can be are shrunk while they are decoded.
 *
 * @returns one item a source, in order; a picture that cannot be read is an item with a reason, never an exception.
 */
export async function thumbnails(request: ThumbnailRequest): Promise<ThumbnailReport> {
  const { sources, resolution, served = null, view, eyes } = request
  const items: Item[] = []
  for (const source of sources) {
    const facts = await inspect(source)
    const small = facts.ok ? await thumbnailFrom(source, facts, resolution, served, view) : facts
    items.push(facts.ok && small.ok ? await withBudget(small, source, facts, resolution, eyes) : (small as Unreadable))
  }
  return { items }
}
