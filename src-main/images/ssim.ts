/** Structural similarity of two grey pictures. Pure arithmetic. */

/** Side of the windows, each of whose values weighs the same. */
const WINDOW = 11
/** (0.01·255)² and (0.03·255)², the constants of the authors. */
const [C1, C2] = [6.5025, 58.5225]

/**
 * Mean of SSIM (Wang et al. 2004, eq. 13) over every window of 11×11 (smaller if a picture is), with running sums: the
 * time does not depend on the window.
 * @param a width×height values, 0–255; and `b`
 * @returns at most 1, which equal pictures have exactly
 */
export function meanSsim(a: Float64Array, b: Float64Array, width: number, height: number): number {
  const side = Math.min(WINDOW, width, height)
  const count = side * side
  // Sums of a, b, a² + b² and ab over the last `side` rows of each column.
  const columns = [0, 1, 2, 3].map(() => new Float64Array(width)) as Sums
  let total = 0
  for (let y = 0; y < height; y++) {
    addRow(columns, a, b, y * width, 1)
    if (y >= side) addRow(columns, a, b, (y - side) * width, -1)
    if (y < side - 1) continue
    const [sumA, sumB, squares, products] = columns
    let [wholeA, wholeB, wholeSquares, wholeProducts] = [0, 0, 0, 0]
    for (let x = 0; x < width; x++) {
      wholeA += sumA[x]!
      wholeB += sumB[x]!
      wholeSquares += squares[x]!
      wholeProducts += products[x]!
      if (x < side - 1) continue
      const [meanA, meanB] = [wholeA / count, wholeB / count]
      const [product, square] = [meanA * meanB, meanA * meanA + meanB * meanB]
      const covariance = wholeProducts / count - product
      const variances = wholeSquares / count - square
      total += ((2 * product + C1) * (2 * covariance + C2)) / ((square + C1) * (variances + C2))
      const gone = x - side + 1
      wholeA -= sumA[gone]!
      wholeB -= sumB[gone]!
      wholeSquares -= squares[gone]!
      wholeProducts -= products[gone]!
    }
  }
  return total / ((width - side + 1) * (height - side + 1))
}

type Sums = [Float64Array, Float64Array, Float64Array, Float64Array]

function addRow(columns: Sums, a: Float64Array, b: Float64Array, start: number, sign: 1 | -1): void {
  const [sumA, sumB, squares, products] = columns
  for (let x = 0; x < sumA.length; x++) {
    const [u, v] = [a[start + x]!, b[start + x]!]
    sumA[x]! += sign * u
    sumB[x]! += sign * v
    squares[x]! += sign * (u * u + v * v)
    products[x]! += sign * (u * v)
  }
}
