/** How the report writes numbers. */
import * as figures from '../../core/certificate/figures.js'

/** A share 0–1 with one decimal: 0.123 → "12.3 %"; null: "no bound". */
export function percent(share: number | null): string {
  return figures.percent(share, 1)
}

/** A bound from above with one decimal, rounded up; null: "no bound". */
export function atMost(share: number | null): string {
  return figures.atMost(share, 1)
}

/** The same from below, rounded down. */
export function atLeast(share: number | null): string {
  return figures.atLeast(share, 1)
}

/** Six significant digits at most, without trailing zeros: 0.5 → "0.5". */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)))
}
