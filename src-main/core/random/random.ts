/**
 * Random numbers keyed by what they are for.
 *
 * `keyedRandom(seed, 'draw', 17)` is the same stream on every machine, in any order of calls and in any process: the
 * SHA-256 of seed and key is the 128-bit state of a xoshiro128** generator (Blackman & Vigna 2021). Two keys share a
 * stretch of the period of 2¹²⁸ − 1 with negligible probability.
 */
import { createHash } from 'node:crypto'
import { fillNormals } from './kernels/normals.js'
import { upperNormalQuantile } from './normal.js'

export interface KeyedRandom {
  /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number
  /** Uniform on {0, …, n − 1}, for an integer 1 ≤ n ≤ 2³²; the bias is below n·2⁻⁵³. */
  integer(n: number): number
  /** Standard normal. */
  gaussian(): number
  /** Fills `out` with N(0, scale²): the same numbers as that many calls of `gaussian`, so chunking does not matter. */
  fillGaussian(out: Float32Array, scale?: number): Float32Array
  /** A uniformly random order of 0 … n − 1 (Fisher–Yates). */
  permutation(n: number): Int32Array
}

/** @param seed the secret of a job. @param key what the numbers are for: purpose, then indices. */
export function keyedRandom(seed: string, ...key: readonly (string | number)[]): KeyedRandom {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...key]))
    .digest()
  return new Xoshiro([0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as Words)
}

type Words = [number, number, number, number]

class Xoshiro implements KeyedRandom {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor([a, b, c, d]: Words) {
    this.#a = a
    this.#b = b
    this.#c = c
    // The all-zero state is the generator's one fixed point.
    this.#d = a | b | c | d ? d : 1
  }

  uniform(): number {
    const high = this.#next() >>> 5
    const low = this.#next() >>> 6
    return (high * 0x4000000 + low) / 0x20000000000000
  }

  integer(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  gaussian(): number {
    // The inverse distribution function of the midpoint of a cell of width 2⁻⁵³, never exactly 0 or 1; the sign is
    // taken first, so that both tails are resolved equally well.
    const u = 2 * this.uniform() - 1
    return u < 0 ? upperNormalQuantile((1 + u + 2 ** -54) / 2) * -1 : upperNormalQuantile((1 - u - 2 ** -54) / 2)
  }

  fillGaussian(out: Float32Array, scale = 1): Float32Array {
    const words = Int32Array.of(this.#a, this.#b, this.#c, this.#d)
    const filled = fillNormals(words, out, scale)
    ;[this.#a, this.#b, this.#c, this.#d] = words as unknown as Words
    for (let i = filled; i < out.length; i++) out[i] = scale * this.gaussian()
    return out
  }

  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const value = order[i]!
      order[i] = order[j]!
      order[j] = value
    }
    return order
  }

  #next(): number {
    const b = this.#b
    const times5 = Math.imul(b, 5)
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9)
    const shifted = b << 9
    this.#c ^= this.#a
    this.#d ^= b
    this.#b = b ^ this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result >>> 0
  }
}
