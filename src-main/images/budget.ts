/** What each place of a picture may change by, so that the whole is as visible as wanted. */
import sharp from 'sharp'
import { carrierField } from '../core/protect/carriers.js'
import { makeBudget, storedField } from '../core/protect/noise.js'
import { carrierBand } from '../core/protect/recipe.js'
import { budgetShare, evened, seenOf, textureOf } from '../core/visibility/share.js'
import type { Pooled } from '../core/visibility/flip.js'
import { hiddenPart, limitsFor } from '../core/visibility/target.js'
import { toSrgb } from './convert.js'
import { type ImageFacts, OPEN } from './inspect.js'
import type { Pixels } from './perturb.js'
import { LARGEST_CHANGE, rgbOf, scaledNoise, seenAbout } from './sight.js'
import type { Allowance, Eyes } from './types.js'

/** Longest side at which a picture is looked at: larger ones are shrunk, most of them while they are decoded. */
const LOOKED_AT = 2_048
/** Largest change by brightness for one by colour, where brightness is used: the eye sees it so much better. */
const BRIGHTNESS = 0.3
/** Amplitude of the stand-in: learnt noise is seen as much as a square wave of this share of its range. */
const STAND_IN = 0.7
/** How often places where the change is plain are given less, and all others more. */
const EVENINGS = 2
/** Amplitude from which the search begins, 0–255. */
const TRIED = 16

/** Decodes a picture for `allowanceFor`: 8 bit, sRGB, on white, at most LOOKED_AT on a side. @throws what the decoder throws */
export async function look(source: string, { metadata, grey }: ImageFacts): Promise<Pixels> {
  const fitted = sharp(source, OPEN)
    .autoOrient()
    .resize(LOOKED_AT, LOOKED_AT, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
  const { data, info } = await (grey ? fitted.toColourspace('b-w') : toSrgb(fitted, metadata))
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height, channels: grey ? 1 : 3 }
}

/**
 * The budget of a picture: shares by what hides a change, times the amplitude at which a stand-in wave has the wanted
 * visibility. Grey pictures have no colours to change.
 *
 * @param pixels as `look` gives them
 */
export async function allowanceFor(pixels: Pixels, resolution: number, eyes: Eyes): Promise<Allowance> {
  const texture = textureOf(rgbOf(pixels), pixels.width, pixels.height, resolution)
  const grey = pixels.channels < 3 || isNeutral(pixels)
  const wavelength = Math.sqrt(pixels.width * pixels.height) / middleOf(pixels, resolution)
  // Brightness is what the eye sees best, and few textures hide it.
  const limits = (share: Float32Array): Pooled =>
    limitsFor(eyes.visibility, grey ? 0 : hiddenPart(texture, seenOf(share), wavelength))
  let share = budgetShare(texture, resolution, limits, LARGEST_CHANGE)
  const none = share.map(() => 0)
  const budget = (amplitude: number): Uint8Array => {
    // Squared: brightness only where a change is hidden well.
    const brightness = grey || eyes.brightness ? share.map((s) => s * s) : none
    return makeBudget({ colour: grey ? none : share, brightness }, amplitude, grey ? amplitude : BRIGHTNESS * amplitude)
  }
  const field = standIn(pixels, resolution)
  for (let round = 0; ; round++) {
    const last = round === EVENINGS
    const most = limits(share)
    const { mean, worst } = most
    const noise = { field, budget: budget(TRIED), resolution, most: { mean, worst: last ? worst : Infinity } }
    const { noise: delta, scale, seen } = await scaledNoise(pixels, noise)
    if (seen.worst <= worst || last) return { budget: budget(Math.min(LARGEST_CHANGE, TRIED * scale)), most }
    share = evened(share, seenAbout(pixels, delta, resolution), worst)
  }
}

/** Difference of a pixel's channels up to which it has no colour that anybody would see, 0–255. */
const NEUTRAL = 8

/** Whether a picture is black and white, though it is stored in colour: there, any colour is seen at once. */
function isNeutral({ data, channels }: Pixels): boolean {
  for (let at = 0; at < data.length; at += channels) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > NEUTRAL) return false
  }
  return true
}

type Size = Pick<Pixels, 'width' | 'height'>

/** Frequency in the middle of what the carriers can be, cycles a picture. */
function middleOf({ width, height }: Size, resolution: number): number {
  const { lowest, highest } = carrierBand(Math.min(width, height), resolution)
  return (lowest + highest) / 2
}

/** A wave in the middle of what the carriers can be, always the same: what learnt noise will look like. */
export function standIn(size: Size, resolution: number): Int8Array {
  const middle = middleOf(size, resolution) / Math.SQRT2
  const wave = carrierField('stand-in', '', { across: middle, down: middle }, 0, resolution)
  return storedField(wave.map((value) => STAND_IN * Math.sign(value)))
}
