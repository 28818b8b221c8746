/** What the certificate says of how much the pictures changed, from what was measured on each written file. */
import { type Predicate, type Quality, WORST_LISTED } from './schema.js'

export interface FileQuality {
  /** Path below the output folder, with '/'. */
  readonly name: string
  /** 0–255. */
  readonly maxAbsDiff: number
  /** dB; null: nothing changed. */
  readonly psnr: number | null
  /** 0–1. */
  readonly ssim: number
  /** Mean CIEDE2000. */
  readonly deltaE: number
  /** Share of the noise that it got, 0–1. */
  readonly noiseShare: number
}

/** @param files at least one. */
export function qualityOf(files: readonly FileQuality[]): Quality {
  const psnr = files.flatMap(({ psnr }) => (psnr === null ? [] : [psnr]))
  const [ssim, deltaE] = [files.map(({ ssim }) => ssim), files.map(({ deltaE }) => deltaE)]
  return {
    maxAbsDiff: greatest(files.map(({ maxAbsDiff }) => maxAbsDiff)),
    psnr: psnr.length === 0 ? null : { min: least(psnr), mean: mean(psnr) },
    ssim: { min: least(ssim), mean: mean(ssim) },
    deltaE: { mean: mean(deltaE), max: greatest(deltaE) },
    // Not by SSIM or PSNR: the noise is mostly colour, which the SSIM of the luma leaves out, and PSNR counts a step
    // of blue like one of green, though the eye does not.
    worst: [...files]
      .sort((a, b) => b.deltaE - a.deltaE)
      .slice(0, WORST_LISTED)
      .map(({ name, psnr, ssim, deltaE }) => ({ name, psnr, ssim, deltaE })),
  }
}

/**
 * What it took to keep every file at `minSsim`.
 * @param files at least one.
 */
export function softeningOf(
  minSsim: number,
  files: readonly FileQuality[],
): NonNullable<Predicate['protection']['softening']> {
  const shares = files.map(({ noiseShare }) => noiseShare)
  return { minSsim, pictures: shares.filter((share) => share < 1).length, leastShare: least(shares) }
}

// A collection can have more pictures than a call can have arguments.
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length
