/**
 * Means over squares of (2·radius + 1)² places of a side×side plane; at the border over those that exist. Running sums: the
 * time does not depend on the radius.
 */
export function boxMean(plane: ArrayLike<number>, side: number, radius: number): Float64Array {
  const along = (from: ArrayLike<number>, step: number, next: number): Float64Array => {
    const to = new Float64Array(from.length)
    for (let line = 0; line < side; line++) {
      let sum = 0
      for (let i = -radius; i < side; i++) {
        if (i + radius < side) sum += from[line * next + (i + radius) * step]!
        if (i - radius - 1 >= 0) sum -= from[line * next + (i - radius - 1) * step]!
        if (i >= 0) to[line * next + i * step] = sum / (Math.min(side - 1, i + radius) - Math.max(0, i - radius) + 1)
      }
    }
    return to
  }
  return along(along(plane, 1, side), side, 1)
}
