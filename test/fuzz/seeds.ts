/** Small valid pictures of every kind that Fixative reads or refuses, for the fuzzer to damage. */
import sharp, { type Sharp } from 'sharp'
import { keyedRandom } from '../../src-main/core/random/random.js'

export interface Seed {
  readonly name: string
  readonly extension: string
  readonly bytes: Buffer
}

function pixels(channels: 1 | 3 | 4, width = 24, height = 20) {
  const random = keyedRandom('fuzz seed', channels)
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7 + random.integer(40)) % 256)
  return sharp(data, { raw: { width, height, channels } })
}

export async function imageSeeds(): Promise<Seed[]> {
  const exif = { IFD0: { Copyright: 'Ann', Orientation: '6' } }
  const made: [string, string, Sharp][] = [
    ['jpeg', 'jpg', pixels(3).jpeg({ quality: 90 })],
    ['jpeg progressive, EXIF, ICC', 'jpg', pixels(3).withExif(exif).withIccProfile('p3').jpeg({ progressive: true })],
    ['jpeg grey', 'jpg', pixels(1).toColourspace('b-w').jpeg()],
    ['jpeg cmyk', 'jpg', pixels(3).toColourspace('cmyk').jpeg()],
    ['png', 'png', pixels(3).png()],
    ['png alpha', 'png', pixels(4).png()],
    ['png palette', 'png', pixels(3).png({ palette: true, colours: 16 })],
    ['png 16 bit', 'png', pixels(3).toColourspace('rgb16').png()],
    ['png interlaced, ICC', 'png', pixels(4).withIccProfile('p3').png({ progressive: true })],
    ['webp', 'webp', pixels(3).webp({ quality: 90 })],
    ['webp lossless, alpha', 'webp', pixels(4).webp({ lossless: true })],
    ['tiff deflate', 'tif', pixels(3).tiff({ compression: 'deflate' })],
    ['tiff lzw, alpha', 'tif', pixels(4).tiff({ compression: 'lzw' })],
    ['tiff jpeg', 'tif', pixels(3).tiff({ compression: 'jpeg' })],
    ['gif', 'gif', pixels(3).gif()],
    ['avif', 'avif', pixels(3).avif({ effort: 0 })],
  ]
  return Promise.all(made.map(async ([name, extension, image]) => ({ name, extension, bytes: await image.toBuffer() })))
}
