/** What can compute. */
import { z } from 'zod'
import type { EngineName } from '../../src-main/core/engine-names.js'
import { id } from './pieces.js'

export interface Device {
  engine: EngineName
  /** "CPU (2 cores)", "NVIDIA GeForce RTX 4070". */
  name: string
  available: boolean
  /** A processor that imitates a graphics card: correct, but slow. */
  software: boolean
  /** It is being measured now. */
  measuring: boolean
  /** Why it is not available, and what to do; empty when it is, and while nobody has looked yet. */
  reason: string
  /** About how long a job computes on it; null: not measured. */
  seconds: number | null
  /** What 'auto' takes. */
  chosen: boolean
}

export const devicesRequests = {
  /**
   * What can compute, with the time for a collection (null: the standard one). Measures what was not measured on this
   * machine yet, which takes some seconds; `redo`: all of it again.
   */
  'devices.list': z.strictObject({ collectionId: id.nullable().default(null), redo: z.boolean().default(false) }),
}

export interface DevicesOutputs {
  /** Answers at once with what is known; `devices.changed` tells of more. */
  'devices.list': { devices: Device[]; images: number; measuredAt: string | null; measuring: boolean }
}

export const devicesEvents = {
  /** A device was measured, or the measurement has ended. */
  'devices.changed': z.strictObject({}),
}
