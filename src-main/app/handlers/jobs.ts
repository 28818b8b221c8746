import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Handlers } from '../../../src-shared/contract/index.js'
import { FixativeError } from '../../core/errors.js'
import type { Settings } from '../../core/settings.js'
import { resolvePaths } from '../../jobs/paths.js'
import { writeLabels } from '../labels-file.js'
import type { Parts } from '../parts.js'

type Names =
  'jobs.start' | 'jobs.list' | 'jobs.get' | 'jobs.pause' | 'jobs.resume' | 'jobs.cancel' | 'jobs.retry' | 'jobs.remove'

export function jobHandlers({ services, collections, jobs, timings }: Parts): Pick<Handlers, Names> {
  return {
    'jobs.start': async ({ collectionId, output: chosen, settings }) => {
      const collection = collections.get(collectionId)
      const labelling = collections.labelling(collectionId, settings.resolution)
      const { input, output } = await resolvePaths(collection.folder, resolve(chosen ?? collection.output))
      const rival = jobs.list().find((job) => job.output === output && !['done', 'cancelled'].includes(job.state))
      if (rival) {
        throw new FixativeError(
          'output-taken',
          `The job "${rival.name}" writes to ${output} already.`,
          'Wait for it, cancel it, or choose another output folder.',
        )
      }
      const file = labelling && (await writeLabels(services.dataFolder, labelling))
      // The classes that were shown are the classes that are used.
      const labels: Settings['labels'] = file === null ? collections.labels(collectionId) : { csv: file }
      try {
        const job = await jobs.add({ name: collection.name, folder: input, output, settings: { ...settings, labels } })
        timings.expect(job.id, collection)
        return job
      } catch (error) {
        if (file !== null) await rm(file, { force: true })
        throw error
      }
    },
    'jobs.list': async () => jobs.list(),
    'jobs.get': async ({ id }) => jobs.get(id),
    'jobs.pause': async ({ id }) => jobs.pause(id),
    'jobs.resume': async ({ id }) => jobs.resume(id),
    'jobs.cancel': async ({ id }) => jobs.cancel(id),
    'jobs.retry': async ({ id }) => jobs.retry(id),
    'jobs.remove': async ({ id }) => {
      await jobs.remove(id)
      return null
    },
  }
}
