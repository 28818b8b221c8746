/** Many normal numbers at a time: normals.assembly.ts, and the memory that it works on. */
import { loadKernel } from '../../kernel.js'
import { upperNormalQuantile } from '../normal.js'
import { WASM } from './normals.wasm.js'

interface Normals {
  words(to: number, count: number, state: number): void
  normals(to: number, from: number, count: number, scale: number): void
}

const { exports, memory } = loadKernel<Normals>(WASM, { tail: upperNormalQuantile })
const state = new Int32Array(memory.buffer, 0, 4)
/** Numbers of one call: with their words they stay in the processor's cache. */
const CHUNK = 1024
const WORDS = state.byteLength
const values = new Float32Array(memory.buffer, WORDS + 8 * CHUNK, CHUNK)

/**
 * Fills the longest even stretch of `out` with N(0, scale²).
 * @param words the state of xoshiro128**, moved on in place
 * @returns how many values were filled
 */
export function fillNormals(words: Int32Array, out: Float32Array, scale: number): number {
  const even = out.length & ~1
  state.set(words)
  for (let done = 0; done < even; done += CHUNK) {
    const count = Math.min(CHUNK, even - done)
    exports.words(WORDS, 2 * count, state.byteOffset)
    exports.normals(values.byteOffset, WORDS, count, scale)
    out.set(count < CHUNK ? values.subarray(0, count) : values, done)
  }
  words.set(state)
  return even
}
