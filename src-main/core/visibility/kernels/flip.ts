/** The kernels of flip.assembly.ts, and the memory that they work on. */
import { PAGE_BYTES, loadKernel } from '../../kernel.js'
import { WASM } from './flip.wasm.js'

/** See flip.assembly.ts; addresses and steps are in bytes. */
export interface FlipKernels {
  opponents(to: number, plane: number, from: number, count: number, table: number): void
  even(to: number, from: number, count: number, step: number, weights: number, radius: number, onto: boolean): void
  odd(to: number, from: number, count: number, step: number, weights: number, radius: number): void
  magnitude(to: number, a: number, b: number, count: number): void
  appearance(planes: number, plane: number, count: number): void
  difference(to: number, a: number, b: number, plane: number, count: number, most: number): void
}

const { exports: kernels, memory } = loadKernel<FlipKernels>(WASM)
export { kernels }

/**
 * Memory that stays for good; it moves the buffer, so all of it is taken before the first use.
 *
 * @param sizes in bytes
 * @returns the address of each, a multiple of 16, with 64 bytes of slack on both sides
 */
export function reserve(sizes: readonly number[]): { readonly at: readonly number[]; readonly buffer: ArrayBuffer } {
  let end = 64
  const at = sizes.map((size) => {
    const start = end
    end += (size + 79) & ~15
    return start
  })
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return { at, buffer: memory.buffer }
}
