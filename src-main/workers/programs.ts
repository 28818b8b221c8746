/** The compiled surrogates of this process: opened on first use, kept for the next task. */
import { FixativeError } from '../core/errors.js'
import type { Engine, SurrogateProgram } from '../engines/engine.js'
import { onnxCpu } from '../engines/onnx/engine.js'
import type { Program } from './tasks.js'

const ENGINES: Partial<Record<Program['engine'], () => Promise<Engine>>> = { cpu: onnxCpu }

const loaded = new Map<string, Promise<SurrogateProgram>>()

/** @throws FixativeError `engine-unavailable` for an engine that this version does not have. */
export function programFor({ engine, spec }: Program): Promise<SurrogateProgram> {
  const key = JSON.stringify([engine, spec])
  const known = loaded.get(key)
  if (known) return known
  const start = ENGINES[engine]
  if (!start) {
    const message = `The engine "${engine}" is not available in this version.`
    throw new FixativeError('engine-unavailable', message, 'Use --engine cpu.')
  }
  const program = start().then((ready) => ready.load(spec))
  loaded.set(key, program)
  program.catch(() => loaded.delete(key))
  return program
}
