/** The row kernels of rows.assembly.ts, and the memory that they work on. */
import { PAGE_BYTES, loadKernel } from '../../core/kernel.js'
import { WASM } from './rows.wasm.js'

interface Kernels {
  combine(
    to: number,
    count: number,
    limit: number,
    a: number,
    wa: number,
    b: number,
    wb: number,
    c: number,
    wc: number,
    d: number,
    wd: number,
  ): void
  add(to: number, from: number, noise: number, count: number): void
  compare(a: number, b: number, count: number, worst: number, mask: number, sumsA: number, sumsB: number): number
}

const { exports: kernels, memory } = loadKernel<Kernels>(WASM)
export { kernels }

/** Values of a row, rounded up to whole instructions. */
export const padded = (count: number): number => (count + 15) & ~15

/** Memory for one use, zeroed; the next `allocate` takes it away, so it is only for work without a pause. */
export interface Block {
  /** Address of each size asked for, a multiple of 16. */
  readonly at: readonly number[]
  readonly buffer: ArrayBuffer
}

/** @param sizes in bytes */
export function allocate(...sizes: number[]): Block {
  let end = 0
  const at = sizes.map((size) => {
    const start = end
    end += padded(size)
    return start
  })
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  new Uint8Array(memory.buffer, 0, end).fill(0)
  return { at, buffer: memory.buffer }
}
