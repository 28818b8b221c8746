/** Laying less of the noise over a picture where all of it would change the picture too much. */

/** A picture as it was written with some share of its noise. */
export interface Attempt {
  /** Of what was written against the original, 0–1. */
  readonly ssim: number
}

/** After so many pictures that miss, none of the noise is laid over it: the loop ends whatever the encoder does. */
const MOST_TRIES = 6
/** A try a little below the computed share mostly holds, and saves writing the picture once more. */
const MARGIN = 0.97

/**
 * Writes a picture with the largest share of its noise, within a few percent, that keeps it at `minSsim` or above.
 *
 * 1 − SSIM of little noise grows with the square of its size (Wang et al. 2004, eq. 13, for a small difference), on top
 * of what encoding alone takes away; so each measured try says what share should hold.
 *
 * @param minSsim 0–1
 * @param lossless whether a file without noise is its original
 * @param write writes the picture with a share 0–1 of the noise, over what it wrote before
 * @returns what was written last. Its SSIM is below `minSsim` only if encoding alone takes it there; then it has no noise.
 */
export async function soften<A extends Attempt>(
  minSsim: number,
  lossless: boolean,
  write: (share: number) => Promise<A>,
): Promise<A> {
  let alone = lossless ? 1 : undefined
  let share = 1
  for (let tries = 1; ; tries++) {
    const written = await write(share)
    if (written.ssim >= minSsim || share === 0) return written
    alone ??= (await write(0)).ssim
    const possible = alone > minSsim && tries < MOST_TRIES
    share *= possible ? MARGIN * Math.sqrt((alone - minSsim) / (alone - written.ssim)) : 0
  }
}
