/** What a picture is, by its header: the facts that decide whether Fixative can protect it. */
import sharp, { type Metadata } from 'sharp'
import { PIXEL_LIMIT, readFailure, readHead, sniff } from './sniff.js'
import type { OutputFormat } from './types.js'

/**
 * Longest side that is read, that of the largest JPEG. A file of two kilobytes can claim to be millions of pixels wide,
 * and keeps a processor busy for minutes before its end is found missing.
 */
export const SIDE_LIMIT = 65_535

/**
 * How every picture is opened. 'error' refuses truncated and damaged files, but not the harmless oddities ('warning')
 * that many cameras and editors write, such as spare bytes between segments.
 */
export const OPEN = { failOn: 'error', limitInputPixels: PIXEL_LIMIT, sequentialRead: true } as const

/** Settings for one worker process a core: libvips uses no threads of its own and keeps no pictures. */
export function configureSharp(): void {
  sharp.concurrency(1)
  sharp.cache(false)
}

export interface ImageFacts {
  readonly ok: true
  readonly format: OutputFormat
  readonly metadata: Metadata
  /** 16 bit a channel. */
  readonly deep: boolean
  /** One colour channel. */
  readonly grey: boolean
  readonly alpha: boolean
}

export type Inspection = ImageFacts | { readonly ok: false; readonly reason: string }

/** Reads the header of a file: what it is, or why it cannot be protected. Never throws for a bad picture. */
export async function inspect(source: string): Promise<Inspection> {
  try {
    const sniffed = sniff(await readHead(source))
    if ('reason' in sniffed) return { ok: false, reason: sniffed.reason }
    const metadata = await sharp(source, OPEN).metadata()
    const reason = refusal(metadata)
    if (reason) return { ok: false, reason }
    return {
      ok: true,
      format: sniffed.format,
      metadata,
      deep: metadata.depth === 'ushort',
      grey: metadata.space === 'b-w' || metadata.space === 'grey16',
      alpha: metadata.hasAlpha,
    }
  } catch (error) {
    return { ok: false, reason: readFailure(error) }
  }
}

function refusal(metadata: Metadata): string | null {
  const side = Math.max(metadata.width, metadata.height)
  if (side > SIDE_LIMIT) {
    return `It is ${side.toLocaleString('en')} pixels long; at most ${SIDE_LIMIT.toLocaleString('en')} on a side are read.`
  }
  if ((metadata.pages ?? 1) > 1) {
    return metadata.format === 'tiff'
      ? 'It is a TIFF of several pages; only single pictures can be protected.'
      : 'It is an animation or has several pictures; only single still pictures can be protected.'
  }
  if (metadata.space === 'cmyk') return 'It is a CMYK picture for print; convert it to RGB first.'
  const readable = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'].includes(metadata.space)
  const colours = metadata.channels - (metadata.hasAlpha ? 1 : 0)
  if (!readable || (colours !== 1 && colours !== 3)) {
    return `Its kind of colour (${metadata.space}, ${metadata.channels} channels) is not supported; convert it to RGB first.`
  }
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    return `Its ${metadata.depth} values are not supported; save it with 8 or 16 bit a channel first.`
  }
  return null
}

/** The header of a picture, as far as a folder's list needs it; or why the picture cannot be protected. */
export type Header =
  /** Size as displayed, pixels. */
  | { readonly ok: true; readonly format: OutputFormat; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly reason: string }

export interface HeadersRequest {
  /** Absolute paths of the pictures. */
  readonly sources: readonly string[]
}

/** Reads the headers of pictures. One item a source, in order; never throws for a bad picture. */
export function headers({ sources }: HeadersRequest): Promise<Header[]> {
  return Promise.all(
    sources.map(async (source) => {
      const facts = await inspect(source)
      return facts.ok ? { ok: true, format: facts.format, ...facts.metadata.autoOrient } : facts
    }),
  )
}
