/** The report of a protected folder with what its stress test has found. */
import { REPORT_NAME } from '../../core/file-names.js'
import { renderReport } from '../../certificates/report/render.js'
import { makeSamples, sampleSources } from '../../certificates/report/samples.js'
import { writeAtomically, below } from '../../storage/folders.js'
import type { JobContext } from '../job.js'
import { openStress, stateOf } from './stress.js'

/**
 * Writes the report beside the certificate again, with all rows that are finished at this number of steps.
 *
 * @param path the protected folder, or the certificate in it.
 * @param pool makes the report's pictures.
 * @returns where it is.
 * @throws FixativeError `not-writable`, `disk-full`, `folder-gone`; as `openStress`.
 */
export async function writeStressReport(
  path: string,
  steps: number,
  { pool, storage }: Pick<JobContext, 'pool' | 'storage'>,
): Promise<string> {
  const test = await openStress(path, { steps }, storage)
  const { statement, output, images } = test
  const classes = statement.predicate.collection.classes.map(({ name }) => name)
  const samples = await makeSamples(sampleSources(output, classes, images), (source, size) =>
    pool.run('image', { source, size }),
  )
  const report = below(output, REPORT_NAME)
  const page = renderReport({ statement, samples, stress: { results: stateOf(test).results, steps } })
  await writeAtomically(report, page, 0o644)
  return report
}
