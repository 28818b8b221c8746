/** Pictures at half their resolution, for attackers that see them smaller than the noise was made for. */

/** Means of 2×2 places of a 3×S×S picture in its own encoding, rounded; bytes, S even. */
export function halve(pixels: Uint8Array, resolution: number): Uint8Array {
  const side = resolution / 2
  const small = new Uint8Array(3 * side * side)
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const at = (c * resolution + 2 * y) * resolution + 2 * x
        const sum = pixels[at]! + pixels[at + 1]! + pixels[at + resolution]! + pixels[at + resolution + 1]!
        small[(c * side + y) * side + x] = Math.round(sum / 4)
      }
  return small
}
