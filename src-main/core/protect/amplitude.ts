/**
 * How much of the noise each place of a picture gets: all of it where texture or darkness hides it, less where the eye
 * would see it.
 *
 * The measure is the just-noticeable difference of Yang et al. 2005 ("Just noticeable distortion model and its
 * applications in video coding"): luminance adaptation (Chou & Li 1995) and texture masking, which overlap. It is taken
 * on the S×S thumbnail, because that is the scale of the noise.
 */

/** Smallest share of the noise that any place gets: below it, plain pictures would not be protected. */
export const LEAST_SHARE = 0.5
/** Contribution of the stronger of two maskers that the other one has made already (Yang et al., C = 0.3). */
const OVERLAP = 0.3
/** Noticeable difference for a unit of gradient across two pixels (Yang et al., luminance; their edge map left out). */
const TEXTURE = 0.117

/** Smallest visible difference on an even ground of luma 0–255, in 0–255. */
function luminanceAdaptation(ground: number): number {
  return ground <= 127 ? 17 * (1 - Math.sqrt(ground / 127)) + 3 : (3 / 128) * (ground - 127) + 3
}

/**
 * @param bytes the picture's 3×S×S thumbnail, 0–255. @param epsilon largest change, 0–255.
 * @returns S×S: the share of the noise for each place, LEAST_SHARE–1.
 */
export function amplitude(bytes: Uint8Array, epsilon: number): Float32Array {
  const area = bytes.length / 3
  const resolution = Math.sqrt(area)
  const out = new Float32Array(area)
  const luma = new Float32Array(area)
  for (let i = 0; i < area; i++) {
    luma[i] = 0.299 * bytes[i]! + 0.587 * bytes[area + i]! + 0.114 * bytes[2 * area + i]!
  }
  const last = resolution - 1
  for (let y = 0; y <= last; y++) {
    const [above, below] = [Math.max(0, y - 1) * resolution, Math.min(last, y + 1) * resolution]
    for (let x = 0; x <= last; x++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(last, x + 1)]
      const at = y * resolution + x
      const across = Math.abs(luma[y * resolution + right]! - luma[y * resolution + left]!)
      const down = Math.abs(luma[below + x]! - luma[above + x]!)
      const falling = Math.abs(luma[below + right]! - luma[above + left]!)
      const rising = Math.abs(luma[above + right]! - luma[below + left]!)
      const ground =
        (luma[above + x]! + luma[below + x]! + luma[y * resolution + left]! + luma[y * resolution + right]!) / 4
      const light = luminanceAdaptation(ground)
      const texture = TEXTURE * Math.max(across, down, falling, rising)
      const visible = light + texture - OVERLAP * Math.min(light, texture)
      out[at] = Math.min(1, Math.max(LEAST_SHARE, visible / epsilon))
    }
  }
  return out
}
