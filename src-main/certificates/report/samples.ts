/**
 * Pictures for the report. The report lies beside the protected files and is published with them, and whoever holds an
 * original can subtract it from its protected file: what remains is its secret noise. So the report shows protected
 * pictures only; before and after can be compared in the app.
 */
import { below } from '../../storage/folders.js'
import sharp from 'sharp'

export interface SampleSource {
  /** Path in the collection, with '/'. */
  readonly path: string
  readonly className: string
  /** Absolute path of the written file. */
  readonly target: string
}

export interface ReportSample {
  readonly path: string
  readonly className: string
  /** Data URL of the protected picture, at most 320 px long. */
  readonly picture: string
}

const LONGEST_SIDE = 320
const MOST_SAMPLES = 6

async function sample({ path, className, target }: SampleSource): Promise<ReportSample> {
  const picture = await sharp(target, { limitInputPixels: false })
    .autoOrient()
    .flatten({ background: '#fff' })
    .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer()
  return { path, className, picture: `data:image/jpeg;base64,${picture.toString('base64')}` }
}

/** The first picture of each class. */
export function sampleSources(
  output: string,
  classes: readonly string[],
  pictures: readonly { readonly label: number; readonly target: string }[],
): SampleSource[] {
  return classes.flatMap((className, k) => {
    const picture = pictures.find(({ label }) => label === k)
    return picture ? [{ path: picture.target, className, target: below(output, picture.target) }] : []
  })
}

/** Samples for the report, one a class at most, six in all, in the order given; what cannot be read is passed over. */
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
