/** The compiled surrogates of this process: opened on first use, kept for the next task. */
import { FixativeError } from '../core/errors.js'
import type { Engine, SurrogateProgram } from '../engines/engine.js'
import { onnxCpu, onnxWebgpu } from '../engines/onnx/engine.js'
import type { Program } from './tasks.js'

const ENGINES: Readonly<Record<Program['engine'], () => Promise<Engine>>> = {
  cpu: onnxCpu,
  webgpu: onnxWebgpu,
  // Loaded only when it is asked for: its types and its package are nothing that a CPU worker needs.
  cuda: async () => (await import('../engines/tfjs/cuda.js')).tfjsCuda(),
}

const engines = new Map<Program['engine'], Promise<Engine>>()
const loaded = new Map<string, Promise<SurrogateProgram>>()

/** @throws FixativeError when this machine does not have the engine: see `onnxWebgpu`, `tfjsCuda`. */
export function engineFor(name: Program['engine']): Promise<Engine> {
  return once(engines, name, ENGINES[name])
}

/** @throws as `engineFor`. */
export function programFor({ engine, spec }: Program): Promise<SurrogateProgram> {
  return once(loaded, JSON.stringify([engine, spec]), async () => (await engineFor(engine)).load(spec))
}

/** What could not be opened is tried again the next time. */
function once<K, V>(known: Map<K, Promise<V>>, key: K, open: () => Promise<V>): Promise<V> {
  const found = known.get(key)
  if (found) return found
  const opening = open()
  known.set(key, opening)
  opening.catch(() => known.delete(key))
  return opening
}

/** What a device said when it failed, as the error that makes a job go on without it. */
export function deviceFailure(error: unknown): FixativeError {
  if (error instanceof FixativeError) return error
  const text = error instanceof Error ? error.message : String(error)
  // The runtime's own text begins with source files and functions; what follows the last of them says what happened.
  const reason = text
    .split('\n')[0]!
    .replace(/^.*\) (?=\S)|^\S*onnxruntime_src\S* /, '')
    .slice(0, 300)
  const hint = 'Update the driver of the graphics card, or choose the engine cpu.'
  return new FixativeError('device-failed', `The graphics card failed: ${reason}`, hint, { cause: error })
}
