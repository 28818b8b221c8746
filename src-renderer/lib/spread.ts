/** Names beside a drawing, kept from lying on one another. */

/**
 * Heights as near as can be (least squares) to the wanted ones, in the same order, `gap` apart and none below `lowest`.
 * Pool adjacent violators: names that would overlap become one block around the mean of their wanted places.
 */
export function spread(wanted: readonly number[], gap: number, lowest: number): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]!)
  const blocks: { sum: number; count: number }[] = []
  for (const [rank, index] of order.entries()) {
    let block = { sum: wanted[index]! - rank * gap, count: 1 }
    for (let above = blocks.at(-1); above && above.sum / above.count > block.sum / block.count; above = blocks.at(-1)) {
      blocks.pop()
      block = { sum: above.sum + block.sum, count: above.count + block.count }
    }
    blocks.push(block)
  }
  const highest = lowest - (wanted.length - 1) * gap
  const tops = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(Math.min(sum / count, highest)))
  const placed = new Array<number>(wanted.length)
  for (const [rank, index] of order.entries()) placed[index] = Math.round((tops[rank]! + rank * gap) * 10) / 10
  return placed
}
