/** How visible one picture may become: less where nothing hides a change, which ꟻLIP knows nothing of. */
import type { Pooled } from './flip.js'

/** Shares of the wanted ꟻLIP for a picture that hides nothing, and for one that hides a change wherever it lies. */
const MEAN = { plain: 0.4, hidden: 1.28 } as const
/**
 * How many times as visible as the whole a window may be, likewise: a fish before a white ground, or a thin line, would
 * otherwise be given all that the ground does not use.
 */
const WORST = { plain: 1.5, hidden: 3 } as const
/** Length of a wave, in pixels, up to which texture hides it wholly: a quarter of a degree. */
const FINE = 16

const between = ({ plain, hidden }: { plain: number; hidden: number }, share: number): number =>
  plain + (hidden - plain) * share

/**
 * What part of a change is hidden: by how much is seen of it in each place, and by how much texture there is. Texture hides
 * fine waves; across coarse ones it is seen through.
 * @param texture as of `textureOf`, S×S. @param seen how visible each place is, S×S, of any unit
 * @param wavelength of what is added, pixels
 * @returns 0–1
 */
export function hiddenPart(texture: Float64Array, seen: Float64Array, wavelength: number): number {
  const sum = seen.reduce((total, value) => total + value, 0)
  const hidden = seen.reduce((total, value, i) => total + value * Math.min(1, texture[i]!), 0)
  return (hidden / sum) * Math.min(1, FINE / wavelength)
}

/**
 * The ꟻLIP that a picture may have.
 * @param visibility mean that is wanted of pictures with texture, 0–1. @param hidden as of `hiddenPart`
 */
export function limitsFor(visibility: number, hidden: number): Pooled {
  const mean = visibility * between(MEAN, hidden)
  return { mean, worst: mean * between(WORST, hidden) }
}
