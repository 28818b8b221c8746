/** Imitates what a publishing platform makes of an uploaded picture. */
import sharp from 'sharp'
import type { Served } from '../core/channels.js'
import { fitInto, toSrgb } from './convert.js'
import { OPEN } from './inspect.js'

/**
 * The picture as it is served: upright, made smaller if it does not fit, in sRGB, encoded again, without metadata.
 * A format without alpha gets the picture on white.
 *
 * @throws what the decoder throws
 */
export async function asServed(source: string, served: Served): Promise<Buffer> {
  const { format, quality, chromaSubsampling } = served
  let pipeline = fitInto(sharp(source, OPEN).autoOrient(), served)
  if (format === 'jpeg') pipeline = pipeline.flatten({ background: '#ffffff' })
  pipeline = toSrgb(pipeline, await sharp(source, OPEN).metadata())
  return format === 'jpeg'
    ? pipeline.jpeg({ quality, chromaSubsampling }).toBuffer()
    : pipeline.webp({ quality }).toBuffer()
}
