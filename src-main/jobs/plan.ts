/** What a job's settings mean for the work: the surrogate, its noise, and the data that it sees. */
import { createHash } from 'node:crypto'
import type { Smoothing } from '../core/certify/scales.js'
import type { Settings } from '../core/settings.js'
import { architectureFor } from '../core/surrogate/architecture.js'
import { type ExportOptions, exportOptions } from '../core/export-options.js'
import type { Dataset, Program } from '../workers/tasks.js'
import type { JobRecord } from './journal.js'
import type { JobFolder } from '../storage/folders.js'

/** σ of the weight noise under which a surrogate for certification is trained. */
export const FIT_SIGMA = 0.05
/**
 * ρ of the draws' weight noise, as a share of the root mean square of each layer's weights. Chosen on classifiers of
 * originals alone, before any of protected files was looked at: the largest that costs them little (docs/certificate.md).
 */
export const LAYER_NOISE = 0.1

export function smoothingOf({ sigma }: Pick<Settings, 'sigma'>): Smoothing {
  return { kind: 'layer-scaled', sigma: sigma ?? LAYER_NOISE }
}

/** On the processor; a job with a device sends it there (compute.ts). */
export function programOf({ surrogate, resolution }: Settings, classes: number): Program {
  return { engine: 'cpu', spec: { architecture: architectureFor(surrogate, resolution), classes, resolution } }
}

/** How the job's pictures are written. */
export const optionsOf = ({ settings, channel }: Pick<JobRecord, 'settings' | 'channel'>): ExportOptions =>
  exportOptions(settings, channel)

/** @param file name of a thumbnail file in the job's folder. */
export function datasetOf(
  folder: JobFolder,
  file: string,
  resolution: number,
  images: readonly { readonly item: number; readonly label: number }[],
): Dataset {
  return {
    thumbnails: { path: folder.file(file), resolution },
    items: Int32Array.from(images, ({ item }) => item),
    labels: Int32Array.from(images, ({ label }) => label),
  }
}

/** Names a selection of pictures and all else that a checkpoint depends on. */
export function keyOf(...parts: readonly (string | number | Int32Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(JSON.stringify(typeof part === 'object' ? [...part] : part)).update('\n')
  return hash.digest('hex')
}
