import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { compress } from './differentiable-jpeg.js'

const S = 32
const AREA = S * S

/** A soft picture, 3×S×S, 0–1, in steps of 1/255. */
function image(): Float32Array {
  return Float32Array.from({ length: 3 * AREA }, (_, i) => {
    const [c, y, x] = [Math.floor(i / AREA), Math.floor((i % AREA) / S), i % S]
    return Math.round(255 * (0.5 + 0.3 * Math.sin((x + 5 * c) / 5) * Math.cos(y / 7))) / 255
  })
}

async function byLibrary(x: Float32Array, quality: number): Promise<Float32Array> {
  const pixels = Buffer.alloc(3 * AREA)
  for (let i = 0; i < AREA; i++) for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.round(255 * x[c * AREA + i]!)
  const raw = { width: S, height: S, channels: 3 } as const
  const file = await sharp(pixels, { raw }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
  const decoded = await sharp(file).raw().toBuffer()
  return Float32Array.from(x, (_, i) => decoded[3 * (i % AREA) + Math.floor(i / AREA)]! / 255)
}

describe('compress', () => {
  it.each([30, 50, 75, 90])('does what a JPEG encoder and decoder do, quality %i', async (quality) => {
    const x = image()
    const real = await byLibrary(x, quality)
    const own = x.slice()
    compress(own, S, quality)
    const meanDifference = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
    // The library rounds colours to whole numbers before and after, so now and then a coefficient falls on the other
    // side of a step.
    expect(meanDifference(own, real) * 255).toBeLessThan(1.4)
    expect(Math.abs(meanDifference(own, x) / meanDifference(real, x) - 1)).toBeLessThan(0.06)
  })

  it('lets a gradient through to what survives, and none to what is rounded to nothing', () => {
    const x = image()
    const pullback = compress(x, S, 30)
    const compressed = x.slice()
    // An even change of brightness survives whole.
    const even = new Float32Array(3 * AREA)
    pullback(new Float32Array(3 * AREA).fill(1), even)
    for (const value of even) expect(value).toBeCloseTo(1, 1)
    // The finest chequered pattern in blue does not.
    const chequers = Float32Array.from({ length: 3 * AREA }, (_, i) =>
      i < 2 * AREA ? 0 : (Math.floor((i % AREA) / S) + (i % S)) % 2 ? 1 : -1,
    )
    const fine = new Float32Array(3 * AREA)
    pullback(chequers, fine)
    expect(fine.reduce((sum, value) => sum + value ** 2, 0)).toBeLessThan(0.2 * AREA)
    expect(compressed).toEqual(x)
  })
})
