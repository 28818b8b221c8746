/** What JPEG compression does to a picture's frequencies, with a gradient: for learning noise that survives it. */
import { LUMA } from '../luma.js'

/** Adds the gradient by the picture before the operation to `into`, given the gradient by the picture after it. */
export type Pullback = (gradient: Float32Array, into: Float32Array) => void

const BLOCK = 8

/** Quantisation steps at quality 50, ITU-T T.81 (1992), annex K.1, tables K.1 (luminance) and K.2 (chrominance). */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
]
const CHROMINANCE = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  ...Array.from({ length: 32 }, () => 99),
]

/** RGB to YCbCr without the offset of Cb and Cr (JFIF 1.02), and back. Row-major 3×3. */
const TO_YCBCR = [...LUMA, -0.168736, -0.331264, 0.5, 0.5, -0.418688, -0.081312]
const TO_RGB = [1, 0, 1.402, 1, -0.344136, -0.714136, 1, 1.772, 0]

/** Orthonormal DCT-II: row u is the basis function of frequency u. */
const DCT = Float64Array.from({ length: BLOCK * BLOCK }, (_, i) => {
  const [u, x] = [Math.floor(i / BLOCK), i % BLOCK]
  return Math.cos(((2 * x + 1) * u * Math.PI) / (2 * BLOCK)) * Math.sqrt((u === 0 ? 1 : 2) / BLOCK)
})

/** The table of a quality, 1–100, in 0–1 units, scaled as the Independent JPEG Group's library does. */
function steps(table: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
  return table.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))) / 255)
}

/**
 * Compresses `picture` in place: colour transform, 8×8 DCT, rounding to multiples of the quality's steps, and back; no
 * subsampling of chroma. Rounding has no useful gradient; here it is 1 for means and where a coefficient survives, and 0
 * where it is rounded to nothing, since noise there is lost.
 *
 * @param picture 3×S×S, 0–1, S a multiple of 8. @param quality 1–100.
 */
export function compress(image: Float32Array, side: number, quality: number): Pullback {
  const tables = [steps(LUMINANCE, quality), steps(CHROMINANCE, quality)]
  const survives = new Uint8Array(image.length)
  mix(image, TO_YCBCR)
  eachBlock(image, side, (block, from, channel) => {
    // Luminance is stored around the middle grey; its mean must not round differently for that.
    if (channel === 0) block[0]! -= BLOCK / 2
    const table = tables[Math.min(1, channel)]!
    for (let i = 0; i < block.length; i++) {
      const rounded = Math.round(block[i]! / table[i]!)
      survives[from + i] = i === 0 || rounded !== 0 ? 1 : 0
      block[i] = rounded * table[i]!
    }
    if (channel === 0) block[0]! += BLOCK / 2
  })
  mix(image, TO_RGB)
  const inside = Uint8Array.from(image, (value) => (value >= 0 && value <= 1 ? 1 : 0))
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, Math.max(0, image[i]!))
  return (gradient, into) => {
    const back = gradient.map((value, i) => value * inside[i]!)
    mix(back, transposed(TO_RGB))
    eachBlock(back, side, (block, from) => {
      for (let i = 0; i < block.length; i++) block[i]! *= survives[from + i]!
    })
    mix(back, transposed(TO_YCBCR))
    for (let i = 0; i < back.length; i++) into[i]! += back[i]!
  }
}

function transposed(matrix: readonly number[]): number[] {
  return matrix.map((_, i) => matrix[(i % 3) * 3 + Math.floor(i / 3)]!)
}

/** Multiplies the three channels of each pixel by a 3×3 matrix, in place. */
function mix(image: Float32Array, m: readonly number[]): void {
  const area = image.length / 3
  for (let i = 0; i < area; i++) {
    const [a, b, c] = [image[i]!, image[area + i]!, image[2 * area + i]!]
    image[i] = m[0]! * a + m[1]! * b + m[2]! * c
    image[area + i] = m[3]! * a + m[4]! * b + m[5]! * c
    image[2 * area + i] = m[6]! * a + m[7]! * b + m[8]! * c
  }
}

/** Lets `change` work on the DCT coefficients of every block; `from` numbers the block's coefficients within the picture. */
function eachBlock(
  image: Float32Array,
  side: number,
  change: (block: Float64Array, from: number, channel: number) => void,
): void {
  const block = new Float64Array(BLOCK * BLOCK)
  const half = new Float64Array(BLOCK * BLOCK)
  let from = 0
  for (let channel = 0; channel < 3; channel++)
    for (let top = 0; top < side; top += BLOCK)
      for (let left = 0; left < side; left += BLOCK) {
        const at = (channel * side + top) * side + left
        for (let u = 0; u < BLOCK; u++)
          for (let x = 0; x < BLOCK; x++) {
            let sum = 0
            for (let y = 0; y < BLOCK; y++) sum += DCT[u * BLOCK + y]! * image[at + y * side + x]!
            half[u * BLOCK + x] = sum
          }
        for (let u = 0; u < BLOCK; u++)
          for (let v = 0; v < BLOCK; v++) {
            let sum = 0
            for (let x = 0; x < BLOCK; x++) sum += half[u * BLOCK + x]! * DCT[v * BLOCK + x]!
            block[u * BLOCK + v] = sum
          }
        change(block, from, channel)
        for (let u = 0; u < BLOCK; u++)
          for (let x = 0; x < BLOCK; x++) {
            let sum = 0
            for (let v = 0; v < BLOCK; v++) sum += block[u * BLOCK + v]! * DCT[v * BLOCK + x]!
            half[u * BLOCK + x] = sum
          }
        for (let y = 0; y < BLOCK; y++)
          for (let x = 0; x < BLOCK; x++) {
            let sum = 0
            for (let u = 0; u < BLOCK; u++) sum += DCT[u * BLOCK + y]! * half[u * BLOCK + x]!
            image[at + y * side + x] = sum
          }
        from += block.length
      }
}
