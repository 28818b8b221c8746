/**
 * What happens to pictures between publication and training, and takes colour from them: they are made grey, and
 * compressed. Noise that is learnt through these operations survives them better ("expectation over transformation",
 * Athalye et al. 2018). Each operation comes with its transpose, through which gradients come back to the noise.
 *
 * All pictures are 3×S×S, channel-first, sRGB-encoded, 0–1, flat.
 */
import { LUMA, luma } from '../luma.js'
import type { KeyedRandom } from '../random/random.js'
import { type Pullback, compress } from './differentiable-jpeg.js'

export type Distortion = { readonly kind: 'none' | 'grey' } | { readonly kind: 'jpeg'; readonly quality: number }

export const UNCHANGED: Distortion = { kind: 'none' }

/** Share of the batches that are made grey, and compressed; the rest are left as they are. */
const SHARES = { grey: 0.3, jpeg: 0.2 } as const
/** Of the compressed ones, drawn evenly. */
const QUALITIES = { lowest: 40, highest: 90 } as const

/** The change that a whole batch is seen through. */
export function drawDistortion(random: KeyedRandom): Distortion {
  const [which, quality] = [random.uniform(), random.uniform()]
  if (which < SHARES.grey) return { kind: 'grey' }
  if (which >= SHARES.grey + SHARES.jpeg) return UNCHANGED
  return { kind: 'jpeg', quality: Math.round(QUALITIES.lowest + (QUALITIES.highest - QUALITIES.lowest) * quality) }
}

/** Changes `picture` in place. @returns how gradients go back through what was done to it. */
export function distort(image: Float32Array, resolution: number, distortion: Distortion): Pullback {
  switch (distortion.kind) {
    case 'none':
      return add
    case 'grey':
      return grey(image)
    case 'jpeg':
      return compress(image, resolution, distortion.quality)
  }
}

function add(gradient: Float32Array, into: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) into[i]! += gradient[i]!
}

function grey(image: Float32Array): Pullback {
  const area = image.length / 3
  for (let i = 0; i < area; i++) {
    const value = luma(image[i]!, image[area + i]!, image[2 * area + i]!)
    image[i] = image[area + i] = image[2 * area + i] = value
  }
  return (gradient, into) => {
    for (let i = 0; i < area; i++) {
      const sum = gradient[i]! + gradient[area + i]! + gradient[2 * area + i]!
      LUMA.forEach((weight, c) => (into[c * area + i]! += weight * sum))
    }
  }
}
