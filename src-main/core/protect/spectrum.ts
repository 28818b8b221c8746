/** Keeps fields within a band of frequencies. */

/** Cycles a picture, of the frequencies that stay. */
export interface Band {
  readonly low: number
  readonly high: number
}

/**
 * Takes away what is coarser or finer than a band, by a discrete cosine transform.
 *
 * Where pictures hold most of their energy a surrogate takes their own colours and slopes for noise; what it then says of
 * an original hangs on what the original shows. What is finer than a picture's pixels is lost when it is written.
 *
 * @returns a function of an S×S field, which gives another
 */
export function bandPass({ low, high }: Band, resolution: number): (field: Float32Array) => Float32Array {
  const below = lowPass(low, resolution)
  const upTo = high < resolution / 2 ? lowPass(high, resolution) : (field: Float32Array) => field
  return (field) => {
    const fine = upTo(field)
    const coarse = below(field)
    return fine.map((value, i) => value - coarse[i]!)
  }
}

/** Frequency u of the transform has u/2 cycles: only those below `limit` cycles are ever computed. */
function lowPass(limit: number, side: number): (field: Float32Array) => Float32Array {
  const rows = Math.min(side, Math.ceil(2 * limit))
  const basis = cosines(rows, side)
  const kept = Float32Array.from({ length: rows * rows }, (_, i) =>
    Math.hypot(Math.floor(i / rows), i % rows) / 2 < limit ? 1 : 0,
  )
  return (field) => {
    // D·X·Dᵀ with few rows of D, then back.
    const right = timesTransposed(field, basis, side, rows, side)
    const spectrum = times(basis, right, rows, side, rows)
    for (let i = 0; i < spectrum.length; i++) spectrum[i]! *= kept[i]!
    const wide = times(spectrum, basis, rows, rows, side)
    return transposedTimes(basis, wide, rows, side, side)
  }
}

/** The first rows of the orthonormal DCT-II: rows×S. */
function cosines(rows: number, side: number): Float32Array {
  return Float32Array.from({ length: rows * side }, (_, i) => {
    const u = Math.floor(i / side)
    return Math.sqrt((u === 0 ? 1 : 2) / side) * Math.cos(((2 * (i % side) + 1) * u * Math.PI) / (2 * side))
  })
}

/** A·B, A n×m, B m×k. */
function times(a: Float32Array, b: Float32Array, n: number, m: number, k: number): Float32Array {
  const out = new Float32Array(n * k)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const value = a[i * m + j]!
      for (let x = 0; x < k; x++) out[i * k + x]! += value * b[j * k + x]!
    }
  return out
}

/** A·Bᵀ, A n×m, B k×m. */
function timesTransposed(a: Float32Array, b: Float32Array, n: number, k: number, m: number): Float32Array {
  const out = new Float32Array(n * k)
  for (let i = 0; i < n; i++)
    for (let x = 0; x < k; x++) {
      let sum = 0
      for (let j = 0; j < m; j++) sum += a[i * m + j]! * b[x * m + j]!
      out[i * k + x] = sum
    }
  return out
}

/** Aᵀ·B, A m×n, B m×k. */
function transposedTimes(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array {
  const out = new Float32Array(n * k)
  for (let j = 0; j < m; j++)
    for (let i = 0; i < n; i++) {
      const value = a[j * n + i]!
      for (let x = 0; x < k; x++) out[i * k + x]! += value * b[j * k + x]!
    }
  return out
}
