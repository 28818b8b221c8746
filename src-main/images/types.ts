/** Shapes shared by the image stages. Paths named `source`/`target` are absolute; `path` is relative, with '/'. */
import type { Served } from '../core/channels.js'
import type { ExportOptions } from '../core/export-options.js'
import type { View } from '../core/stress/rows.js'
import type { Pooled } from '../core/visibility/flip.js'
import type { ManifestFacts } from './c2pa-id.js'
import type { NoiseRequest } from './sight.js'

export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif'

/** keep: all but previews; rights: who made it and whose it is; none: the colour profile and the density only. */
export type MetadataPolicy = 'keep' | 'rights' | 'none'

/** "No data mining": not said, said in XMP (IPTC and PLUS), or also in a C2PA manifest. */
export type Reservation = 'none' | 'xmp' | 'c2pa'

/** How visible a change may be. */
export interface Eyes {
  /** Mean ꟻLIP of a picture, 0–1. */
  readonly visibility: number
  /** Whether brightness changes as well where that is hidden. */
  readonly brightness: boolean
}

/** What a picture may change by. */
export interface Allowance {
  /** 2×S×S (core/protect/noise.ts). */
  readonly budget: Uint8Array
  /** ꟻLIP that it may have. */
  readonly most: Pooled
}

export interface ThumbnailRequest {
  /** Absolute paths of the pictures. */
  readonly sources: readonly string[]
  readonly resolution: number
  /** For the budgets of the pictures; absent: none are made. */
  readonly eyes?: Eyes
  /** What a platform makes of each picture before it is shrunk; null: nothing. */
  readonly served?: Served | null
  /** What somebody does to each picture after that. */
  readonly view?: View
}

/** One picture as the certificate's surrogate sees it. */
export interface Thumbnail {
  readonly ok: true
  /** 3×S×S bytes, channel-first, sRGB, alpha flattened on white. */
  readonly pixels: Uint8Array
  readonly alpha: boolean
  /** Of the picture as displayed. */
  readonly width: number
  readonly height: number
  readonly format: OutputFormat
  readonly sha256: string
}

/** Why a picture cannot be read, as a sentence. */
export interface Unreadable {
  readonly ok: false
  readonly reason: string
}

export interface ThumbnailReport {
  /**
   * Per source; `opacity` says how opaque each place is, S×S, 0–255; the budget is empty where none was asked for.
   */
  readonly items: readonly ((Thumbnail & Allowance & { readonly opacity: Uint8Array }) | Unreadable)[]
}

export interface ExportRequest extends NoiseRequest, ExportOptions {
  readonly source: string
  readonly target: string
  /** A file without which nothing is written: it is only there while the target's disk is. */
  readonly marker?: string
  readonly reserve: Reservation
  /** What the C2PA manifest is made with; needed where `reserve` asks for one. */
  readonly manifest?: ManifestFacts | null
}

/** What was measured on the written file, decoded again. */
export interface ExportReport {
  readonly sha256: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly format: OutputFormat
  readonly lossless: boolean
  /** Largest change of a channel of the decoded file, 0–255. */
  readonly maxAbsDiff: number
  /** dB over the colour channels, peak 255; null when nothing changed. */
  readonly psnr: number | null
  /** Mean SSIM of the luma, 0–1. */
  readonly ssim: number
  /** Mean CIEDE2000, as in `Quality`. */
  readonly deltaE: number
  /** Mean ꟻLIP at 67 pixels a degree, 0–1. */
  readonly flip: number
  /** The picture as it is served, shrunk to S×S: 3×S×S bytes, made exactly like the thumbnails of the originals. */
  readonly thumbnail: Uint8Array
}
