/** What a job's settings mean for the work: the surrogate, its noise, and the data that it sees. */
import { createHash } from 'node:crypto'
import type { Smoothing } from '../core/certify/smoothing.js'
import { epsilonOf, type Settings } from '../core/settings.js'
import { type ArchitectureName, architectureFor } from '../core/surrogate/architecture.js'
import type { OutputFormat } from '../images/types.js'
import type { Dataset, Program } from '../workers/tasks.js'
import type { JobRecord } from './journal.js'
import type { JobFolder } from './storage.js'

/** Scale of the weight noise that is used unless the user says otherwise (design §2). */
const DEFAULT_SIGMA: Readonly<Record<ArchitectureName, number>> = { compact: 0.05, resnet18: 0.05, vgg: 0.05 }

export function smoothingOf({ surrogate, sigma }: Pick<Settings, 'surrogate' | 'sigma'>): Smoothing {
  return { kind: 'isotropic', sigma: sigma ?? DEFAULT_SIGMA[surrogate] }
}

/** On the processor; a job with a device sends it there (compute.ts). */
export function programOf({ surrogate, resolution }: Settings, classes: number): Program {
  return { engine: 'cpu', spec: { architecture: architectureFor(surrogate, resolution), classes, resolution } }
}

/** ε in 0–1. */
export function epsilonShare(settings: Settings): number {
  return epsilonOf(settings) / 255
}

/** Format of the written files. */
export const formatOf = ({ settings, channel }: Pick<JobRecord, 'settings' | 'channel'>): 'keep' | OutputFormat =>
  channel?.exported.format ?? settings.format

/** @param file name of a thumbnail file in the job's folder. */
export function datasetOf(
  folder: JobFolder,
  file: string,
  resolution: number,
  pictures: readonly { readonly item: number; readonly label: number }[],
): Dataset {
  return {
    thumbnails: { path: folder.file(file), resolution },
    items: Int32Array.from(pictures, ({ item }) => item),
    labels: Int32Array.from(pictures, ({ label }) => label),
  }
}

/** Names a selection of pictures and all else that a checkpoint depends on. */
export function keyOf(...parts: readonly (string | number | Int32Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(JSON.stringify(typeof part === 'object' ? [...part] : part)).update('\n')
  return hash.digest('hex')
}
