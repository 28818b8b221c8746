import { resolve } from 'node:path'
import type { Handlers } from '../../../src-shared/contract/index.js'
import { FixativeError } from '../../core/errors.js'
import { deviceList, partialList, STANDARD_IMAGES, unmeasuredList } from '../devices.js'
import type { Parts } from '../parts.js'

type Names = 'app.info' | 'settings.get' | 'settings.set' | 'devices.list' | 'shell.reveal'

export function generalHandlers({ services, info, history, jobs, collections, devices }: Parts): Pick<Handlers, Names> {
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
    'devices.list': async ({ collectionId, redo }) => {
      const images = collectionId === null ? STANDARD_IMAGES : collections.get(collectionId).images
      const { job } = settings.get()
      const stored = await devices.stored()
      // Beside other work the times would come out too long, and the work would be held up.
      if ((redo || !stored) && !jobs.busy) devices.measure().catch(() => undefined)
      const { progress } = devices
      if (progress) {
        return { devices: partialList(progress, images, job), images, measuredAt: null, measuring: true }
      }
      if (!stored) {
        const list = unmeasuredList('Not looked for while a job or a stress test is running.')
        return { devices: list, images, measuredAt: null, measuring: false }
      }
      const list = deviceList(stored, images, job)
      return { devices: list, images, measuredAt: stored.measuredAt, measuring: false }
    },
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
