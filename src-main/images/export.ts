/** Writing one protected picture, and measuring what was written. */
import { createHash, randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { access, chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FixativeError } from '../core/errors.js'
import type { Ancillary } from './containers.js'
import { decode, type PixelKind } from './decode.js'
import { encode, type Encoding, encodingFor, LONGEST_SIDE } from './encode.js'
import { inspect, type ImageFacts } from './inspect.js'
import { readFailure } from './sniff.js'
import { carriedMetadata } from './metadata.js'
import { perturb, type Pixels } from './perturb.js'
import { measure, type Quality } from './compare.js'
import { LARGEST_CHANGE, type Sight, scaledNoise } from './sight.js'
import { thumbnail, thumbnailOf } from './thumbnail.js'
import type { ExportReport, ExportRequest, OutputFormat } from './types.js'

/**
 * Adds its noise to one picture, as much of it as makes the written file as visible as wanted, and writes it: as displayed (EXIF orientation is applied to the pixels and reset),
 * in the picture's own encoded values, with its profile and the wanted metadata, without the unprotected previews in it.
 * Alpha and, in PNG and TIFF, bit depth are kept; grey stays grey. A format without alpha gets the picture on white.
 * For a channel the picture is first made smaller and brought into the channel's colours: that, without the noise, is
 * then what the written file is compared with. The thumbnail is of what the channel serves.
 *
 * The file is written under a temporary name in the target's folder, synced, measured, and only then renamed; it gets
 * the source's permissions. The source is only ever opened for reading.
 *
 * @throws FixativeError `unreadable-picture` when the source cannot be decoded; `picture-too-large` for the format;
 *   `file-too-large` for the channel; `target-is-source`;
 *   `disk-full`, `no-permission`, `read-only` or `cannot-write` when the target cannot be written.
 */
export async function exportImage(request: ExportRequest): Promise<ExportReport> {
  const { source, target } = request
  const facts = await inspect(source)
  if (!facts.ok) throw unreadable(source, facts.reason)
  const { mode } = await refuseSameFile(source, target)
  const format = request.format === 'keep' ? facts.format : request.format
  const prepared = await prepare(request, facts, format)
  const { lossless } = prepared.encoding

  const temporary = join(dirname(target), `.fixative-${randomUUID()}.tmp`)
  try {
    const made = await protect(request, prepared)
    const { encoded, pixels } = made
    await write(temporary, request, encoded, mode)
    const report = await examine(temporary, request, prepared, made)
    if (lossless && report.maxAbsDiff > LARGEST_CHANGE) {
      throw new Error(`${target}: a lossless file differs by ${report.maxAbsDiff}, more than ${LARGEST_CHANGE}`)
    }
    const small = await thumbnailFor(temporary, request, prepared, { encoded, pixels })
    await rename(temporary, target).catch((error: unknown) => {
      throw writeFailure(error, target)
    })
    const sha256 = createHash('sha256').update(encoded).digest('hex')
    const { width, height } = pixels
    return { ...report, width, height, thumbnail: small, sha256, bytes: encoded.byteLength, format, lossless }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
}

const BARE: Ancillary = { icc: null, exif: null, xmp: null, density: null }

/** A picture that noise is to be laid over, and how it is to be encoded. */
interface Prepared {
  readonly original: Pixels
  readonly kind: PixelKind
  readonly encoding: Encoding
  readonly ancillary: Ancillary
}

interface Protected {
  readonly encoded: Buffer
  /** What was encoded. */
  readonly pixels: Pixels
  readonly sight: Sight
}

async function prepare(request: ExportRequest, facts: ImageFacts, format: OutputFormat): Promise<Prepared> {
  const { source } = request
  const srgb = request.colourSpace === 'srgb'
  const kind: PixelKind = { grey: facts.grey, deep: facts.deep && !srgb && (format === 'png' || format === 'tiff') }
  const flat = format === 'jpeg' && facts.alpha
  refuseTooLarge(request, facts, format)
  let original: Pixels
  try {
    original = await decode(source, kind, flat, request)
  } catch (error) {
    throw unreadable(source, readFailure(error), error)
  }
  const encoding = await encodingFor(source, facts, format, request.quality)
  const { width, height } = original
  const metadata = { ...facts.metadata, autoOrient: { ...facts.metadata.autoOrient, width, height } }
  const carried = carriedMetadata(metadata, format, request.metadata, request.reserve !== 'none')
  return {
    original,
    kind,
    encoding: { ...encoding, chromaSubsampling: request.chromaSubsampling ?? encoding.chromaSubsampling },
    ancillary: srgb ? { ...carried, icc: null } : carried,
  }
}

async function protect(request: ExportRequest, prepared: Prepared): Promise<Protected> {
  const { original, kind, encoding, ancillary } = prepared
  // What a lossy format does to the picture is seen as well, and counts.
  const recode = async (part: Pixels) => decode(await encode(part, kind, encoding, BARE), kind)
  const { noise, sight } = await scaledNoise(original, request, encoding.lossless ? null : recode)
  const pixels = perturb(original, noise, request.resolution, LARGEST_CHANGE)
  const encoded = await encodeWithin(
    request.maxBytes ?? Infinity,
    encoding,
    async (encoding) => withReservation(await encode(pixels, kind, encoding, ancillary), encoding.format, request),
    request.source,
  )
  return { encoded, pixels, sight }
}

function refuseTooLarge(
  { source, maxWidth, maxHeight }: ExportRequest,
  { metadata }: ImageFacts,
  format: OutputFormat,
): void {
  const { width, height } = metadata.autoOrient
  const limit = LONGEST_SIDE[format]
  const within = (side: number, most: number | null): number => Math.min(side, most ?? side)
  const longest = Math.max(within(width, maxWidth), within(height, maxHeight))
  if (limit === undefined || longest <= limit) return
  throw new FixativeError(
    'picture-too-large',
    `"${source}" is ${width} × ${height} pixels, and ${format.toUpperCase()} stores at most ${limit} on a side.`,
    'Choose PNG or TIFF as the output format.',
  )
}

/** With a C2PA manifest, where the format can have one. */
async function withReservation(encoded: Buffer, format: OutputFormat, { reserve, manifest }: ExportRequest) {
  if (reserve !== 'c2pa' || (format !== 'jpeg' && format !== 'png')) return encoded
  if (!manifest) throw new Error('a C2PA manifest needs a credential')
  // Loaded only here: it is large, and few ask for it.
  const { withManifest } = await import('./c2pa.js')
  return withManifest(encoded, format, manifest)
}

/** Lowest quality to which a file is brought down to fit a channel: below, little of picture and noise is left. */
const LEAST_QUALITY = 40
const QUALITY_STEP = 5

/** Encodes with the highest quality, from the wanted one down, that gives a file of at most `maxBytes`. */
async function encodeWithin(
  maxBytes: number,
  encoding: Encoding,
  make: (encoding: Encoding) => Promise<Buffer>,
  source: string,
): Promise<Buffer> {
  let encoded = await make(encoding)
  for (let { quality } = encoding; encoded.length > maxBytes; encoded = await make({ ...encoding, quality })) {
    quality -= QUALITY_STEP
    if (!encoding.lossless && quality >= LEAST_QUALITY) continue
    throw new FixativeError(
      'file-too-large',
      `"${source}" cannot be written for this channel with at most ${maxBytes.toLocaleString('en')} bytes.`,
      'Make the picture smaller, or choose another channel.',
    )
  }
  return encoded
}

/** @param mode of the original: whoever may read it may read the copy, whose owner may also replace it. */
async function write(temporary: string, request: ExportRequest, encoded: Buffer, mode: number): Promise<void> {
  const { target, marker } = request
  try {
    if (marker !== undefined) await access(marker)
    await mkdir(dirname(target), { recursive: true })
    // What an earlier try has left: only a file of its own may be written to.
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(encoded)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(temporary, (mode & 0o666) | 0o600)
  } catch (error) {
    throw writeFailure(error, target)
  }
}

/**
 * What a lossless encoder was given is what its file holds (export.test.ts decodes every kind), so there the pixels
 * at hand are measured. A lossy file is decoded.
 */
async function examine(
  path: string,
  { target }: ExportRequest,
  { original, encoding }: Prepared,
  { pixels, sight }: Protected,
): Promise<Quality & { flip: number }> {
  const of = (written: Pixels) => ({ ...measure(original, written), flip: sight.of(written).mean })
  if (encoding.lossless) return of(pixels)
  // The written file's own kind: a format without grey, or with 8 bit only, is measured as whoever opens it sees it.
  const facts = await inspect(path)
  if (!facts.ok) throw new Error(`${target}: ${facts.reason}`)
  return of(await decode(path, facts))
}

/** Made from the written file, unless the pixels give the same. */
async function thumbnailFor(
  path: string,
  { target, resolution, served }: ExportRequest,
  { encoding, ancillary }: Prepared,
  { encoded, pixels }: Pick<Protected, 'encoded' | 'pixels'>,
): Promise<Uint8Array> {
  // A PNG is shrunk after decoding, never while; and without a profile there are no colours to convert.
  if (encoding.lossless && ancillary.icc === null && !served && encoded[0] === 0x89) {
    return thumbnailOf(pixels, resolution)
  }
  const small = await thumbnail(path, resolution, served)
  if (!small.ok) throw new Error(`${target}: the written file cannot be read again: ${small.reason}`)
  return small.pixels
}

async function refuseSameFile(source: string, target: string): Promise<Stats> {
  const [from, to] = await Promise.all([stat(source), stat(target).catch(() => null)])
  if (to && to.ino === from.ino && to.dev === from.dev) {
    throw new FixativeError(
      'target-is-source',
      `"${target}" is the original itself, which Fixative never overwrites.`,
      'Choose another output folder.',
    )
  }
  return from
}

function unreadable(source: string, reason: string, cause?: unknown): FixativeError {
  return new FixativeError(
    'unreadable-picture',
    `"${source}" cannot be protected. ${reason}`,
    'Take it out of the folder, or save it again in another program.',
    { cause },
  )
}

const AGAIN = 'and start the job again: it goes on where it stopped.'

/** A sentence for whatever writing `target` threw. */
export function writeFailure(error: unknown, target: string): FixativeError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const options = { cause: error }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = `Free some space, ${AGAIN}`
    return new FixativeError('disk-full', `There is no space left to write "${target}".`, hint, options)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const hint = `Choose an output folder that you may write to, or change its permissions, ${AGAIN}`
    return new FixativeError('no-permission', `"${target}" may not be written: permission denied.`, hint, options)
  }
  if (code === 'EROFS') {
    const hint = `Choose an output folder on another disk, or make this one writable, ${AGAIN}`
    return new FixativeError('read-only', `"${target}" is on a read-only disk.`, hint, options)
  }
  const message = error instanceof Error ? error.message : String(error)
  return new FixativeError(
    'cannot-write',
    `"${target}" cannot be written (${code || message}).`,
    'Check the output folder.',
    options,
  )
}
