/** What the report says of how much the pictures changed: one model, which the page and the window show each in its way. */
import { visibilitySentence, visibilityWords } from '../visibility/sentence.js'
import { decibels } from './figures.js'

/** What a certificate says of quality (schema.ts), of any version: those of the first have no ꟻLIP. */
export interface QualityFigures {
  /** Each picture's mean ꟻLIP: mean over the pictures, and the worst picture's. */
  readonly flip: { readonly mean: number; readonly max: number } | null
  /** dB; null: nothing changed. */
  readonly psnr: { readonly min: number; readonly mean: number } | null
  readonly ssim: { readonly min: number; readonly mean: number }
  /** CIEDE2000: mean over the pictures of each one's mean, and the worst picture's. */
  readonly deltaE: { readonly mean: number; readonly max: number }
  /** Up to ten pictures, the most visible change first. flip as above; psnr in dB, null: nothing changed. */
  readonly worst: readonly {
    readonly name: string
    readonly flip: number | null
    readonly ssim: number
    readonly deltaE: number
    readonly psnr: number | null
  }[]
}

/** A measure over all pictures. */
export interface MeasureRow {
  readonly measure: string
  readonly mean: string
  readonly worst: string
}

export interface QualityView {
  /** What the eye makes of it; empty where a certificate has no ꟻLIP. */
  readonly visible: string
  readonly explanation: string
  readonly rows: readonly MeasureRow[]
  readonly worst: {
    readonly caption: string
    /** One for each of the values. */
    readonly measures: readonly string[]
    readonly images: readonly { readonly name: string; readonly values: readonly string[] }[]
  }
}

const flipText = (value: number): string => value.toFixed(3)
const ssimText = (value: number): string => value.toFixed(4)
const deltaEText = (value: number): string => value.toFixed(2)

/** @param largestChange of a colour value, 0–255 */
export function qualityView({ flip, ssim, deltaE, psnr, worst }: QualityFigures, largestChange: number): QualityView {
  const flipRow = flip && {
    measure: 'Visible difference ꟻLIP (0 is identical)',
    mean: flipText(flip.mean),
    worst: flipText(flip.max),
  }
  return {
    visible: flip
      ? `${visibilitySentence(flip.mean)} That is the average of all pictures; the one in which the change shows most is ${visibilityWords(flip.max)}.`
      : '',
    explanation: `Measured on the files as they were written. ${
      flip
        ? 'ꟻLIP is the difference that people see when they change between two pictures on a sharp screen at arm’s length. '
        : ''
    }ΔE, CIEDE2000, is about 1 where it is just seen between two plain patches side by side. SSIM looks at lightness alone, and PSNR at the numbers alone.`,
    rows: [
      ...(flipRow ? [flipRow] : []),
      {
        measure: 'Colour difference ΔE (0 is identical)',
        mean: deltaEText(deltaE.mean),
        worst: deltaEText(deltaE.max),
      },
      { measure: 'SSIM (1 is identical)', mean: ssimText(ssim.mean), worst: ssimText(ssim.min) },
      {
        measure: 'PSNR (higher is closer)',
        mean: decibels(psnr?.mean ?? null),
        worst: decibels(psnr?.min ?? null),
      },
      {
        measure: 'Largest change of a colour value',
        mean: '–',
        worst: `${Number(largestChange.toPrecision(6))} of 255`,
      },
    ],
    worst: {
      caption: flip ? 'The pictures in which the change shows most' : 'The pictures whose colours changed most',
      measures: [...(flip ? ['ꟻLIP'] : []), 'ΔE', 'SSIM', 'PSNR'],
      images: worst.map((image) => ({
        name: image.name,
        values: [
          ...(flip ? [image.flip === null ? '–' : flipText(image.flip)] : []),
          deltaEText(image.deltaE),
          ssimText(image.ssim),
          decibels(image.psnr),
        ],
      })),
    },
  }
}
