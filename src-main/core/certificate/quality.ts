/** What the certificate says of how much the pictures changed, from what was measured on each written file. */
import { type Quality, WORST_LISTED } from './schema.js'

export interface FileQuality {
  /** Path below the output folder, with '/'. */
  readonly name: string
  /** Mean ꟻLIP at 67 pixels a degree, 0–1. */
  readonly flip: number
  /** dB; null: nothing changed. */
  readonly psnr: number | null
  /** 0–1. */
  readonly ssim: number
  /** Mean CIEDE2000. */
  readonly deltaE: number
}

/** @param files at least one. */
export function qualityOf(files: readonly FileQuality[]): Quality {
  const psnr = files.flatMap(({ psnr }) => (psnr === null ? [] : [psnr]))
  const ssim = files.map(({ ssim }) => ssim)
  const deltaE = files.map(({ deltaE }) => deltaE)
  const flip = files.map(({ flip }) => flip)
  return {
    flip: { mean: mean(flip), max: greatest(flip) },
    ssim: { min: least(ssim), mean: mean(ssim) },
    psnr: psnr.length === 0 ? null : { min: least(psnr), mean: mean(psnr) },
    deltaE: { mean: mean(deltaE), max: greatest(deltaE) },
    // By what the eye sees: the SSIM of the luma leaves out the colour, and PSNR counts a step of blue like one of green.
    worst: [...files]
      .sort((a, b) => b.flip - a.flip)
      .slice(0, WORST_LISTED)
      .map(({ name, flip, ssim, deltaE, psnr }) => ({ name, flip, ssim, deltaE, psnr })),
  }
}

// A collection can have more pictures than a call can have arguments.
export const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length
