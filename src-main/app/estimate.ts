/** What a job will take and give, before it starts. Says nothing that was not measured or cannot be computed. */
import { freeBytes } from '../storage/disk-space.js'
import type { Collection, Estimate } from '../../src-shared/contract/index.js'
import { HEADLINE_RADIUS, RADII } from '../core/certify/certify.js'
import { minimumDraws } from '../core/certify/bound.js'
import { visibilityOf, type Settings } from '../core/settings.js'
import type { Timings } from './timings.js'

const NOTES = {
  draws: (needed: number, draws: number) => ({
    code: 'few-draws',
    message: `The wider part of the certified curve needs ${needed} draws; these settings make ${draws}.`,
    hint: 'Make more draws, or leave it: the curve then ends where the draws do.',
  }),
  noDraws: (needed: number, draws: number) => ({
    code: 'too-few-draws',
    message: `The headline of the certificate needs ${needed} draws; these settings make ${draws}.`,
    hint: 'Make more draws, or lower the confidence.',
  }),
  classes: (reason: string) => ({
    code: 'not-certifiable',
    message: reason,
    hint: 'The pictures are protected all the same; the report will say that nothing was certified.',
  }),
  space: (folder: string) => ({
    code: 'disk-space',
    message: `There may not be enough space for the protected pictures in ${folder}.`,
    hint: 'Make room, or choose another folder.',
  }),
}

/**
 * @param timings of jobs on this machine.
 * @param device name of what will compute; null: the processor.
 * @returns the facts of a job that can be told before it runs.
 */
export async function estimate(
  collection: Collection,
  settings: Settings,
  timings: Timings,
  device: string | null = null,
): Promise<Estimate> {
  const first = minimumDraws(settings.q, HEADLINE_RADIUS, settings.confidence)
  const last = minimumDraws(settings.q, Math.max(...RADII), settings.confidence)
  const certifies = !settings.certify
    ? 'off'
    : collection.notCertifiable !== null || settings.draws < first
      ? 'none'
      : settings.draws < last
        ? 'part'
        : 'yes'
  const notes: Estimate['notes'] = []
  if (settings.certify && collection.notCertifiable !== null) notes.push(NOTES.classes(collection.notCertifiable))
  else if (certifies === 'none') notes.push(NOTES.noDraws(first, settings.draws))
  else if (certifies === 'part') notes.push(NOTES.draws(last, settings.draws))
  if (!(await hasRoom(collection))) notes.push(NOTES.space(collection.output))
  return {
    seconds: timings.guess(collection, settings, device),
    visibility: visibilityOf(settings),
    certifies,
    notes,
  }
}

/** Whether the disk has as much room as the originals take, and a quarter more; true where it cannot be asked. */
async function hasRoom({ output, bytes }: Collection): Promise<boolean> {
  const free = await freeBytes(output)
  return free === null || free > bytes * 1.25
}
