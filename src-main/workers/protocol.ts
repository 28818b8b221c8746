/** What the pool and a worker process say to each other. */
import type { FixativeErrorData } from '../core/errors.js'

export interface WorkRequest {
  readonly id: number
  readonly task: string
  readonly input: unknown
}

export type WorkAnswer =
  { readonly id: number; readonly output: unknown } | { readonly id: number; readonly error: FixativeErrorData }
