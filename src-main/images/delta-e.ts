/** How much the colours of two pictures differ to the eye. Pure arithmetic. */
import { differenceCiede2000, modeLab65, modeRgb, useMode } from 'culori/fn'

useMode(modeRgb)
useMode(modeLab65)
const difference = differenceCiede2000()

/** The mean of so many places is off by a 64th of the spread between them, and takes a few milliseconds. */
const PLACES = 4_096
/** Steps of the R2 sequence (Roberts 2018), in shares of a side: even in any shape, and in step with no pattern. */
const [ACROSS, DOWN] = [0.7548776662466927, 0.5698402909980532]

/**
 * Mean CIEDE2000 (CIE 142-2001, as in Sharma, Wu & Dalal 2005; k_L = k_C = k_H = 1) of places spread evenly over two
 * pictures, of every place where there are few. Values are taken as sRGB seen in D65, whatever the profile.
 *
 * @param a width×height×3 interleaved encoded values, 0–255; and `b`
 * @returns 0 for equal pictures, 100 between black and white; about 1 is just seen between plain patches side by side
 */
export function meanDeltaE(a: Float64Array, b: Float64Array, width: number, height: number): number {
  const all = width * height <= PLACES
  const count = all ? width * height : PLACES
  let total = 0
  for (let i = 0; i < count; i++) {
    const x = Math.floor(((0.5 + i * ACROSS) % 1) * width)
    const y = Math.floor(((0.5 + i * DOWN) % 1) * height)
    const at = 3 * (all ? i : y * width + x)
    total += difference(colourAt(a, at), colourAt(b, at))
  }
  return total / count
}

const colourAt = (values: Float64Array, at: number) =>
  ({ mode: 'rgb', r: values[at]! / 255, g: values[at + 1]! / 255, b: values[at + 2]! / 255 }) as const
