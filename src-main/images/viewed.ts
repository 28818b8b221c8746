/** Imitates what somebody does to a whole file so that a classifier learns from it. */
import sharp, { type Sharp } from 'sharp'
import type { View } from '../core/stress/rows.js'
import { toSrgb } from './convert.js'
import { OPEN } from './inspect.js'

/** The picture as it is after that: upright, on white, in sRGB. @throws what the decoder throws */
export async function asViewed(input: string | Buffer, view: View): Promise<Buffer> {
  const metadata = await sharp(input, OPEN).metadata()
  const upright = toSrgb(sharp(input, OPEN).autoOrient().flatten({ background: '#ffffff' }), metadata)
  const { data, info } = await upright.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const bare = (bytes: Buffer, w: number, h: number): Sharp =>
    sharp(bytes, { ...OPEN, raw: { width: w, height: h, channels } })
  const whole = bare(data, width, height)
  if (view.kind === 'grey') return whole.greyscale().png().toBuffer()
  if (view.kind === 'jpeg') return whole.jpeg({ quality: view.quality }).toBuffer()
  const [w, h] = [Math.max(1, Math.round(width / 2)), Math.max(1, Math.round(height / 2))]
  const small = await whole.resize(w, h, { fit: 'fill' }).raw().toBuffer()
  return bare(small, w, h).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer()
}
