/** Where a change is plain, although the mean over the picture is small. */
import type { Tile } from './tiles.js'

/** Side of a window, in pixels: half a degree, what is looked at in one glance. */
export const WINDOW = 32
/** Windows begin at multiples of this, and are two by two of such blocks. */
const BLOCK = WINDOW / 2

/** Where the blocks of a length begin, and the last one ends: it takes what is left over. */
const blocksOf = (length: number): number[] => [
  ...Array.from({ length: Math.max(1, Math.floor(length / BLOCK)) }, (_, i) => BLOCK * i),
  length,
]

/** Sums of ꟻLIP over a tile, row by row. */
export class Windows {
  readonly #across: readonly number[]
  readonly #down: readonly number[]
  readonly #sums: readonly Float64Array[]

  constructor({ width, height }: Tile) {
    this.#across = blocksOf(width)
    this.#down = blocksOf(height)
    this.#sums = this.#down.slice(1).map(() => new Float64Array(this.#across.length - 1))
  }

  add(y: number, row: Float32Array): void {
    const sums = this.#sums[Math.min(this.#sums.length - 1, Math.floor(y / BLOCK))]!
    for (let block = 0; block < sums.length; block++) {
      let sum = 0
      for (let x = this.#across[block]!; x < this.#across[block + 1]!; x++) sum += row[x]!
      sums[block]! += sum
    }
  }

  /** Sum over the tile. */
  get sum(): number {
    return this.#sums.flatMap((row) => [...row]).reduce((sum, value) => sum + value, 0)
  }

  /** Largest mean of a window of two by two blocks, or of as many as there are. */
  get worst(): number {
    const [across, down] = [this.#across, this.#down]
    const ends = (bounds: readonly number[], first: number): number => Math.min(first + 2, bounds.length - 1)
    let worst = 0
    for (let top = 0; top < Math.max(1, down.length - 2); top++) {
      for (let left = 0; left < Math.max(1, across.length - 2); left++) {
        const [bottom, right] = [ends(down, top), ends(across, left)]
        let sum = 0
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += this.#sums[row]![column]!
        }
        worst = Math.max(worst, sum / ((down[bottom]! - down[top]!) * (across[right]! - across[left]!)))
      }
    }
    return worst
  }
}
