/**
 * Pictures for the report. The report lies beside the protected files and is published with them, and whoever holds an
 * original can subtract it from its protected file: what remains is its secret noise. So the report shows protected
 * pictures only; before and after can be compared in the app.
 */
import { below } from '../../storage/folders.js'

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
  /** Data URL of the protected picture, at most 320 pixels long. */
  readonly image: string
}

const LONGEST_SIDE = 320
const MOST_SAMPLES = 6

/** Makes a picture small, at most `size` pixels long, without metadata. Rejects when it cannot be read. */
export type RenderSample = (source: string, size: number) => Promise<{ bytes: Uint8Array; mime: string }>

/** The first picture of each class. */
export function sampleSources(
  output: string,
  classes: readonly string[],
  images: readonly { readonly label: number; readonly target: string }[],
): SampleSource[] {
  return classes.flatMap((className, k) => {
    const image = images.find(({ label }) => label === k)
    return image ? [{ path: image.target, className, target: below(output, image.target) }] : []
  })
}

/** Samples for the report, one a class at most, six in all, in the order given; what cannot be read is passed over. */
export async function makeSamples(sources: readonly SampleSource[], render: RenderSample): Promise<ReportSample[]> {
  const samples: ReportSample[] = []
  const classes = new Set<string>()
  for (const { path, className, target } of sources) {
    if (samples.length === MOST_SAMPLES) break
    if (classes.has(className)) continue
    try {
      const { bytes, mime } = await render(target, LONGEST_SIDE)
      const image = `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`
      samples.push({ path, className, image })
      classes.add(className)
    } catch {
      // The samples are an illustration; a file that went away meanwhile must not cost the report.
    }
  }
  return samples
}
