/** Keeps noise from becoming a matter of colour, which a grey copy loses and JPEG coarsens. */

/** Most that a channel may differ from the mean of the three, as a share of ε. */
const MOST_COLOUR = 0.5
/** Least root mean square of that mean over a class's noise, as a share of ε. */
const LEAST_GREY = 0.65

/**
 * Brings each channel to within MOST_COLOUR·ε of the mean of the three at its place, raises the mean of a class where it
 * is weaker than LEAST_GREY·ε, and clips to ±ε. Left alone, learning moves noise into colour, where pictures hold
 * little; a surrogate of grey copies then learns the pictures.
 * @param delta K×3×S×S, 0–1; the result has the same layout
 * @param epsilon 0–1
 */
export function keepGrey(delta: Float32Array, resolution: number, epsilon: number): Float32Array {
  const size = resolution * resolution
  const out = new Float32Array(delta.length)
  const grey = new Float64Array(size)
  for (let start = 0; start < delta.length; start += 3 * size) {
    let squares = 0
    for (let i = 0; i < size; i++) {
      const at = start + i
      grey[i] = (delta[at]! + delta[at + size]! + delta[at + 2 * size]!) / 3
      squares += grey[i]! ** 2
    }
    const strength = Math.sqrt(squares / size)
    const gain = strength > 0 ? Math.max(1, (LEAST_GREY * epsilon) / strength) : 1
    for (let i = 0; i < 3 * size; i++) {
      const mean = grey[i % size]!
      out[start + i] = clip(gain * mean + clip(delta[start + i]! - mean, MOST_COLOUR * epsilon), epsilon)
    }
  }
  return out
}

const clip = (value: number, most: number): number => Math.min(most, Math.max(-most, value))
