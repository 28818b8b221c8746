/** Keeps noise out of the frequencies in which pictures themselves differ. */

/** Longest period that noise may have, in pixels of the thumbnail. */
const LONGEST_PERIOD = 32 / 3

/**
 * Takes away what is coarser than LONGEST_PERIOD, by a discrete cosine transform of each channel, and clips to ±ε again.
 * Where pictures hold most of their energy a surrogate takes their own colours and slopes for noise; what it then says of
 * an original hangs on what the original shows. Finer noise leaves it nothing to go by.
 * @param delta any number of S×S channels, 0–1; the result has the same layout
 * @param epsilon 0–1
 */
export function highPass(delta: Float32Array, resolution: number, epsilon: number): Float32Array {
  const size = resolution * resolution
  const toSpectrum = cosineTransform(resolution)
  const fromSpectrum = transpose(toSpectrum, resolution)
  const out = new Float32Array(delta.length)
  for (let start = 0; start < delta.length; start += size) {
    const channel = delta.subarray(start, start + size)
    const spectrum = product(product(toSpectrum, channel, resolution), fromSpectrum, resolution)
    for (let i = 0; i < size; i++) if (isCoarse(Math.floor(i / resolution), i % resolution, resolution)) spectrum[i] = 0
    const fine = product(product(fromSpectrum, spectrum, resolution), toSpectrum, resolution)
    for (let i = 0; i < size; i++) out[start + i] = Math.min(epsilon, Math.max(-epsilon, fine[i]!))
  }
  return out
}

/** Frequency u of the transform has u/2 periods on S pixels. */
function isCoarse(u: number, v: number, resolution: number): boolean {
  return Math.hypot(u, v) / 2 < resolution / LONGEST_PERIOD
}

/** The orthonormal DCT-II, S×S: row u has the values of frequency u. */
function cosineTransform(resolution: number): Float64Array {
  const out = new Float64Array(resolution ** 2)
  for (let u = 0; u < resolution; u++) {
    const scale = Math.sqrt((u === 0 ? 1 : 2) / resolution)
    for (let x = 0; x < resolution; x++)
      out[u * resolution + x] = scale * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * resolution))
  }
  return out
}

type Matrix = Float32Array | Float64Array

/** a·b of S×S matrices. */
function product(a: Matrix, b: Matrix, side: number): Float64Array {
  const out = new Float64Array(side * side)
  for (let i = 0; i < side; i++)
    for (let k = 0; k < side; k++) {
      const value = a[i * side + k]!
      for (let j = 0; j < side; j++) out[i * side + j]! += value * b[k * side + j]!
    }
  return out
}

function transpose(a: Matrix, side: number): Float64Array {
  const out = new Float64Array(side * side)
  for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) out[j * side + i] = a[i * side + j]!
  return out
}
