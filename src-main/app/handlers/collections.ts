import type { Handlers } from '../../../src-shared/contract/index.js'
import { FixativeError } from '../../core/errors.js'
import { estimate } from '../estimate.js'
import { dropKind, listFolder } from '../folder-chooser.js'
import { makePreview } from '../preview.js'
import type { Parts } from '../parts.js'
import { withRecentFolder } from '../settings.js'

type Names =
  | 'folders.choose'
  | 'folders.list'
  | 'folders.fromDrop'
  | 'collection.inspect'
  | 'collection.get'
  | 'collection.items'
  | 'collection.relabel'
  | 'collection.close'
  | 'estimate'
  | 'preview'

export function collectionHandlers({
  services,
  collections,
  pool,
  images,
  timings,
  devices,
}: Parts): Pick<Handlers, Names> {
  const { desktop, settings, emit } = services
  return {
    'folders.choose': async ({ purpose }) => {
      if (!desktop) throw new FixativeError('no-dialogs', 'A browser has no folder dialog.', 'Use the list of folders.')
      return { path: await desktop.choosePath(purpose) }
    },
    'folders.list': async ({ path }) => {
      if (desktop) throw new FixativeError('not-offered', 'The desktop app chooses folders in a dialog.')
      return listFolder(path)
    },
    'folders.fromDrop': async ({ path }) => dropKind(path),
    'collection.inspect': async ({ folder, labels }) => {
      const collection = collections.inspect(folder, labels)
      await settings.set(withRecentFolder(settings.get(), collection.folder))
      emit('settings.changed', settings.get())
      return collection
    },
    'collection.get': async ({ id }) => collections.get(id),
    'collection.items': async ({ id, offset, count, class: only }) => collections.items(id, offset, count, only),
    'collection.relabel': async ({ id, change }) => collections.relabel(id, change),
    'collection.close': async ({ id }) => {
      collections.close(id)
      return null
    },
    estimate: async ({ collectionId, settings: chosen }) => {
      const collection = collections.get(collectionId)
      const device = (await devices.choose(chosen.engine))?.name ?? null
      return estimate(collection, chosen, timings, device)
    },
    preview: async (request) => {
      const source = collections.source(request.collectionId, request.index)
      return makePreview(source, request, pool, images)
    },
  }
}
