/**
 * Pictures for the report. The report lies beside the protected files and is published with them, and whoever holds an
 * original can subtract it from its protected file: what remains is the secret noise of the whole class. So the report
 * shows protected pictures whole, and of an original nothing but one small detail.
 */
import sharp from 'sharp'

export interface SampleSource {
  /** Path in the collection, with '/'. */
  readonly path: string
  readonly className: string
  /** Absolute paths of the original and of the written file. */
  readonly source: string
  readonly target: string
}

export interface ReportSample {
  readonly path: string
  readonly className: string
  /** Data URL of the protected picture, at most 320 px long. */
  readonly picture: string
  /** The same detail before and after, pixel for pixel, as data URLs; null when the picture is too small for one. */
  readonly detail: { readonly before: string; readonly after: string; readonly size: number } | null
}

/** Side of a detail as a share of the picture's shorter side: at most 4 % of the area, one detail a class. */
export const DETAIL_SHARE = 0.2
const SMALLEST_DETAIL = 24
const LARGEST_DETAIL = 160
const LONGEST_SIDE = 320
const MOST_SAMPLES = 6

const dataUrl = (format: string, bytes: Buffer): string => `data:image/${format};base64,${bytes.toString('base64')}`

async function sample({ path, className, source, target }: SampleSource): Promise<ReportSample> {
  const open = (file: string) => sharp(file, { limitInputPixels: false }).autoOrient().flatten({ background: '#fff' })
  const picture = await open(target)
    .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer()
  const { autoOrient } = await sharp(target, { limitInputPixels: false }).metadata()
  const size = Math.min(LARGEST_DETAIL, Math.floor(Math.min(autoOrient.width, autoOrient.height) * DETAIL_SHARE))
  if (size < SMALLEST_DETAIL) return { path, className, picture: dataUrl('jpeg', picture), detail: null }
  const left = Math.floor((autoOrient.width - size) / 2)
  const top = Math.floor((autoOrient.height - size) / 2)
  // The protected picture may have been made smaller than its original.
  const detail = async (file: string): Promise<string> =>
    dataUrl(
      'png',
      await open(file)
        .resize(autoOrient.width, autoOrient.height, { fit: 'fill' })
        .extract({ left, top, width: size, height: size })
        .png()
        .toBuffer(),
    )
  return {
    path,
    className,
    picture: dataUrl('jpeg', picture),
    detail: { before: await detail(source), after: await detail(target), size },
  }
}

/**
 * Samples for the report, one a class at most, six in all, in the order given; a picture that cannot be read is passed
 * over. Never two of one class: their details could show different parts of the same noise.
 */
export async function makeSamples(sources: readonly SampleSource[]): Promise<ReportSample[]> {
  const samples: ReportSample[] = []
  const classes = new Set<string>()
  for (const source of sources) {
    if (samples.length === MOST_SAMPLES) break
    if (classes.has(source.className)) continue
    try {
      samples.push(await sample(source))
      classes.add(source.className)
    } catch {
      // The samples are an illustration; a file that went away meanwhile must not cost the report.
    }
  }
  return samples
}
