/** How much of a change a target of visibility allows. */

/** Relative: less than anybody sees. */
const TOLERANCE = 0.03
const EVALUATIONS = 12
/** Of a bracket, relative: what lies within is a jump of the measure. */
const STEP = 0.005

/**
 * The amplitude whose measure is the target, within 3 %. Mean ꟻLIP is close to a power law of the amplitude, so that a
 * secant between logarithms needs few evaluations; a bracket keeps it on course where the law fails.
 *
 * @param target positive
 * @param measureAt grows with the amplitude; called at most 12 times
 * @param largest the most the amplitude may be; returned, where even it stays below the target
 * @param start a guess
 * @returns of a measure with steps (8-bit rounding) that jumps over the target, the largest amplitude known to be below
 */
export async function amplitudeFor(
  target: number,
  measureAt: (amplitude: number) => number | Promise<number>,
  largest: number,
  start = largest / 4,
): Promise<number> {
  // Amplitudes known to be below and above the target; `largest` is neither before it was tried.
  let [low, high] = [0, Infinity]
  // Log of amplitude and of measure over target, at the last two amplitudes.
  let last: readonly [number, number] | undefined
  let amplitude = Math.min(start, largest)
  for (let i = 0; i < EVALUATIONS; i++) {
    const ratio = (await measureAt(amplitude)) / target
    if (Math.abs(ratio - 1) <= TOLERANCE || (ratio < 1 && amplitude >= largest)) return amplitude
    if (ratio < 1) low = amplitude
    else high = amplitude
    if (high - low < STEP * low) return low
    const here = [Math.log(amplitude), Math.log(ratio)] as const
    const exponent = last === undefined ? 1 : (here[1] - last[1]) / (here[0] - last[0])
    last = here
    const next = Math.exp(here[0] - here[1] / exponent)
    const end = Math.min(high, largest)
    // A step up stops at the largest amplitude, which must itself be tried.
    if (next > low && next < end) amplitude = next
    else if (high === Infinity && next >= largest) amplitude = largest
    else amplitude = low > 0 ? Math.sqrt(low * end) : end / 8
  }
  return low > 0 ? low : amplitude
}
