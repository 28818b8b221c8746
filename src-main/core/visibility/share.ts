/** Where a change hides: how much more some places of a picture may change than others. */

/** Smallest window, in pixels, over which texture is measured. */
const WINDOW = 5
/** Standard deviation of luma, 0–255, of ground that counts as even: below it, differences hide nothing. */
const EVEN = 1
/** Standard deviation at which a place gets the amplitude as it is. */
const USUAL = 9

/**
 * How many times the amplitude of a change each place of a picture gets, in proportion to its texture.
 *
 * Contrast masking: the least visible change grows about in proportion to the contrast that is there at the same place
 * (Legge & Foley 1980; the "activity" of adaptive watermarks, Podilchuk & Zeng 1998). Contrast is the standard deviation
 * of luma in cells of the S×S grid, at the picture's own size. The geometric mean over neighbouring cells keeps a single
 * edge from opening the even ground beside it, where a change would be seen.
 *
 * @param rgb interleaved sRGB, 0–255, width×height. @param resolution S
 * @returns S×S, positive; 1 where luma has a standard deviation of 9
 */
export function budgetShare(rgb: Uint8Array, width: number, height: number, resolution: number): Float32Array {
  const area = resolution * resolution
  const [counts, sums, squares] = [new Float64Array(area), new Float64Array(area), new Float64Array(area)]
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor((y * resolution) / height) * resolution
    for (let x = 0; x < width; x++, at += 3) {
      const cell = row + Math.floor((x * resolution) / width)
      const luma = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!
      counts[cell]!++
      sums[cell]! += luma
      squares[cell]! += luma * luma
    }
  }
  const [across, down] = [reachOf(width, resolution), reachOf(height, resolution)]
  for (const plane of [counts, sums, squares]) boxSum(plane, resolution, across, down)
  const texture = Float64Array.from(counts, (count, i) => {
    const variance = squares[i]! / count - (sums[i]! / count) ** 2
    return Math.log(EVEN + Math.sqrt(Math.max(0, variance)))
  })
  const neighbours = new Float64Array(area).fill(1)
  for (const plane of [texture, neighbours]) boxSum(plane, resolution, Math.max(1, across), Math.max(1, down))
  return Float32Array.from(texture, (sum, i) => Math.exp(sum / neighbours[i]!) / (EVEN + USUAL))
}

/** Cells on each side of one that a window of WINDOW pixels takes in. */
function reachOf(side: number, resolution: number): number {
  const cell = side / resolution
  return Math.max(0, Math.ceil((WINDOW / cell - 1) / 2))
}

/** Sums over (2·across + 1)×(2·down + 1) cells, fewer at the edges, in place. */
function boxSum(plane: Float64Array, side: number, across: number, down: number): void {
  const line = new Float64Array(side + 1)
  const along = (start: number, step: number, reach: number): void => {
    for (let i = 0; i < side; i++) line[i + 1] = line[i]! + plane[start + i * step]!
    for (let i = 0; i < side; i++) {
      plane[start + i * step] = line[Math.min(side, i + reach + 1)]! - line[Math.max(0, i - reach)]!
    }
  }
  for (let i = 0; i < side; i++) along(i * side, 1, across)
  for (let i = 0; i < side; i++) along(i, side, down)
}
