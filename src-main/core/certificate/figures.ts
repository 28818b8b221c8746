/** How the figures of a certificate are written: one way for its sentences, the report and the window. */

/**
 * A share as per cent, to the nearest: "12.3 %".
 *
 * @param share 0–1; null: a bound that could not be given
 */
export function percent(share: number | null, decimals: number): string {
  return share === null ? 'no bound' : `${(share * 100).toFixed(decimals)} %`
}

// Shares are ratios of integers; 1e-9 keeps 0.12 from becoming 13 % by a rounding error.
const NUDGE = 1e-9

/** A bound from above as per cent, rounded up, so that it never says more than was shown; null as above. */
export function atMost(share: number | null, decimals = 0): string {
  const scale = 100 * 10 ** decimals
  return percent(share === null ? null : Math.ceil(share * scale - NUDGE) / scale, decimals)
}

/** The same from below, rounded down. */
export function atLeast(share: number | null, decimals = 0): string {
  const scale = 100 * 10 ** decimals
  return percent(share === null ? null : Math.floor(share * scale + NUDGE) / scale, decimals)
}

/** Decibels; null: nothing was changed. */
export function decibels(value: number | null): string {
  return value === null ? 'unchanged' : `${value.toFixed(1)} dB`
}

/** What the scale of the weight noise is called: a share of each layer's root mean square has a letter of its own. */
export function scaleLetter(smoothing: string): 'σ' | 'ρ' {
  return smoothing === 'layer-scaled' ? 'ρ' : 'σ'
}

/** Bounds of what is recognised after training on either side, 0–1; null: none. */
export interface Bounds {
  readonly protectedAtMost: number | null
  readonly controlAtLeast: number | null
}

/** The bounds that a certificate shows first: those of the runs where there are any, else those of the weight noise. */
export function firstBounds({ runs, headline }: { readonly runs: Bounds | null; readonly headline: Bounds }): Bounds {
  return runs ?? headline
}
