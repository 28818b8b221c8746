/** Visibility in terms that people know: the quality of a JPEG. */

/**
 * Mean ꟻLIP, at 67 pixels a degree, of JPEGs against what they were made of: sharp (libjpeg-turbo's tables, 4:2:0), over
 * 50 photographs of food of about 246 × 138 pixels and 8 photographs and paintings of 1152 × 720 (KDE's wallpapers), all
 * shrunk first, so that no grid of an earlier JPEG is left. Pictures differ: a standard deviation of about 43 % at 75.
 * In steps of 10, because tables of odd and even divisors beside each other round flat places differently.
 */
const TABLE: readonly (readonly [quality: number, flip: number])[] = [
  [10, 0.1551],
  [20, 0.1125],
  [30, 0.0911],
  [40, 0.0763],
  [50, 0.0749],
  [60, 0.0688],
  [70, 0.0566],
  [80, 0.0485],
  [90, 0.0376],
  [95, 0.0301],
]

/**
 * @param flip mean ꟻLIP, 0–1
 * @returns the quality, a whole number, of the JPEG that is as visible; null outside the table: above quality 95 or
 *   below 10
 */
export function asVisibleAsJpeg(flip: number): number | null {
  const below = TABLE.findIndex(([, value]) => value <= flip)
  if (below < 0) return null
  const [high, least] = TABLE[below]!
  if (flip === least) return high
  if (below === 0) return null
  const [low, most] = TABLE[below - 1]!
  return Math.round(low + ((high - low) * Math.log(flip / most)) / Math.log(least / most))
}
