/** For tests: what an export asks for. */
import { exportOptions } from '../../src-main/core/export-options.js'
import { DEFAULT_SETTINGS } from '../../src-main/core/settings.js'
import { type Pixels, perturb } from '../../src-main/images/perturb.js'
import { LARGEST_CHANGE, type NoiseRequest, scaledNoise } from '../../src-main/images/sight.js'

/** Nothing is to be changed but the pixels. */
export const AS_IT_IS = { ...exportOptions(DEFAULT_SETTINGS, null), reserve: 'none' } as const

/**
 * A wave, as noise is made of, which may change colours anywhere.
 * @param visibility mean ꟻLIP. @param amplitude largest change before it is scaled, 0–255; 0: none
 */
export function testNoise(resolution: number, visibility = 0.1, amplitude = 20): NoiseRequest {
  const area = resolution * resolution
  return {
    field: Int8Array.from(
      { length: area },
      (_, i) => 127 * Math.sin((i % resolution) + 0.7 * Math.floor(i / resolution)),
    ),
    budget: Uint8Array.from({ length: 2 * area }, (_, i) => (i < area ? 4 * amplitude : amplitude)),
    resolution,
    most: { mean: visibility, worst: 3 * visibility },
  }
}

/** What a lossless export makes of a picture with the noise of a request. */
export async function withNoise<P extends Pixels>(original: P, request: NoiseRequest): Promise<P> {
  return perturb(original, (await scaledNoise(original, request)).noise, request.resolution, LARGEST_CHANGE)
}
