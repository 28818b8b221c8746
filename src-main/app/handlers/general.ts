import { availableParallelism, cpus } from 'node:os'
import { resolve } from 'node:path'
import type { Device, Handlers } from '../../contract.js'
import { FixativeError } from '../../core/errors.js'
import type { Parts } from '../services.js'

type Names = 'app.info' | 'settings.get' | 'settings.set' | 'devices.list' | 'shell.reveal'

export function generalHandlers({ services, info, history, jobs }: Parts): Pick<Handlers, Names> {
  const { settings, emit, desktop } = services
  return {
    'app.info': async () => info,
    'settings.get': async () => settings.get(),
    'settings.set': async ({ changes }) => {
      const changed = { ...settings.get(), ...defined(changes) }
      await settings.set(changed)
      emit('settings.changed', settings.get())
      return settings.get()
    },
    'devices.list': async () => devices(),
    'shell.reveal': async ({ path }) => {
      if (!desktop)
        throw new FixativeError('no-file-manager', 'A browser cannot open the file manager.', `The path is ${path}`)
      const full = resolve(path)
      // Only what this app has written: the window must not get to open anything else.
      const ofJob = jobs
        .list()
        .some(({ output, result }) => [output, result?.certificate, result?.report].includes(full))
      if (!ofJob && !history.knows(full)) {
        throw new FixativeError(
          'path-unknown',
          `${full} was not written by Fixative.`,
          'Open it in the file manager yourself.',
        )
      }
      desktop.reveal(full)
      return null
    },
  }
}

function defined<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** What this machine can compute on. This version has the engine for the processor only, and says so. */
function devices(): Device[] {
  const cores = availableParallelism()
  const model = cpus()[0]?.model.trim() || 'Processor'
  const reason = 'This version computes on the processor only.'
  return [
    {
      engine: 'cpu',
      name: `${model} (${cores} ${cores === 1 ? 'core' : 'cores'})`,
      available: true,
      reason: '',
      chosen: true,
    },
    { engine: 'webgpu', name: 'Graphics card (WebGPU)', available: false, reason, chosen: false },
    { engine: 'cuda', name: 'NVIDIA graphics card (CUDA)', available: false, reason, chosen: false },
  ]
}
