/** The app without its window: everything that desktop and browser share. */
import { homedir, availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createServer, type AppInfo, type Job, type Serve } from '../../src-shared/contract/index.js'
import { type Channel, CHANNELS, exportSentence, servedSentence } from '../core/channels.js'
import { errorData, FixativeError } from '../core/errors.js'
import { readChannels } from '../jobs/own-channels.js'
import { openKeyStore } from '../keys/key-store.js'
import { protectedHashes } from '../certificates/protected-files.js'
import { openStorage, privateFolder } from '../storage/folders.js'
import { createPool } from '../workers/pool.js'
import { CollectionRegistry } from './collections/registry.js'
import { Devices } from './devices.js'
import { dropKind } from './folder-chooser.js'
import { certificateHandlers } from './handlers/certificates.js'
import { collectionHandlers } from './handlers/collections.js'
import { generalHandlers } from './handlers/general.js'
import { jobHandlers } from './handlers/jobs.js'
import { History } from './history.js'
import { ImageStore, type ServedImage } from './images.js'
import { openQueueJournal } from './queue/queue-file.js'
import { JobManager } from './queue/manager.js'
import { claimFolder } from '../storage/lock.js'
import { createPipeline } from './queue/job-runner.js'
import type { Parts } from './parts.js'
import type { AppServices } from './services.js'
import { StressTests } from './stress.js'
import { Timings } from './timings.js'

/** Processes for what somebody is looking at: two, so that a slow picture does not hold up all others. */
const LOOKING_WORKERS = 2
/** Milliseconds from a window's first request until they are started: it is drawn by then, which they would slow down. */
const WORKERS_AFTER = 250
const NOTHING = { sources: [], resolution: 32 }

export interface App {
  /** Answers one request of a window. */
  readonly serve: Serve
  /** A picture by its opaque id; null when the id is not known (any more). */
  images(id: string): Promise<ServedImage | null>
  jobs(): readonly Job[]
  /** Works through the queue; called when a window can show it. */
  start(): void
  /** Tells the window of a folder or certificate that was opened from outside. */
  open(path: string): Promise<void>
  /** Stops all work so that it can be resumed, and gives the data folder free. */
  close(): Promise<void>
}

/**
 * Opens the app on a data folder. Nothing runs before `start`.
 *
 * @throws FixativeError `already-running` when another app has the data folder
 */
export async function openApp(services: AppServices): Promise<App> {
  const { dataFolder, emit } = services
  await privateFolder(dataFolder)
  const release = await claimFolder(dataFolder)
  try {
    const parts = await openParts(services)
    const closing = new AbortController()
    let warming: NodeJS.Timeout | undefined
    // Starting a worker takes most of a second; the first folder should not have to wait for it.
    const warm = (): void => {
      for (let n = 0; n < LOOKING_WORKERS; n++) void parts.pool.run('thumbnails', NOTHING).catch(() => undefined)
    }
    const serve = createServer(
      {
        ...generalHandlers(parts),
        ...collectionHandlers(parts),
        ...jobHandlers(parts),
        ...certificateHandlers(parts, closing.signal),
      },
      errorData,
    )
    return {
      serve(name, payload) {
        warming ??= setTimeout(warm, WORKERS_AFTER)
        return serve(name, payload)
      },
      images: parts.images.read,
      jobs: () => parts.jobs.list(),
      start: () => parts.jobs.start(),
      open: async (path) => emit('app.open', await dropKind(path)),
      close: async () => {
        clearTimeout(warming)
        closing.abort(new FixativeError('closing', 'Fixative is closing.'))
        await Promise.all([
          parts.jobs.close(),
          parts.stress.cancel(),
          parts.collections.closeAll(),
          parts.devices.interrupt(),
        ])
        await parts.pool.close()
        await release()
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function openParts(services: AppServices): Promise<Parts> {
  const { dataFolder, emit, settings, workers } = services
  const storage = openStorage(dataFolder)
  const keys = openKeyStore(storage.keys, services.vault)
  const pool = createPool({ transport: workers, size: LOOKING_WORKERS })
  const images = new ImageStore()
  const devices = new Devices({
    folder: dataFolder,
    transport: workers,
    version: services.version,
    onChange: () => emit('devices.changed', {}),
  })
  const [history, timings] = await Promise.all([History.open(dataFolder), Timings.open(dataFolder)])
  const jobs = await JobManager.open({
    journal: openQueueJournal(join(dataFolder, 'queue')),
    emit,
    ...createPipeline({ services, storage, keys, history, timings, devices }),
  })
  const outputFolder = (): string | null => settings.get().outputFolder
  const collections = new CollectionRegistry({
    pool,
    images,
    emit,
    outputFolder,
    protectedHashes: () => protectedHashes(dataFolder),
  })
  // A broken file of channels must not keep the window shut; a job that needs it says what is wrong.
  const info = infoOf(services, await readChannels(dataFolder).catch(() => CHANNELS))
  const stress = new StressTests({ services, storage, jobs, devices })
  return { services, info, storage, keys, pool, images, collections, jobs, history, timings, devices, stress }
}

function infoOf({ version, dataFolder, desktop }: AppServices, channels: readonly Channel[]): AppInfo {
  const known = ['linux', 'darwin', 'win32'] as const
  const has = desktop !== null
  return {
    version,
    platform: known.find((name) => name === process.platform) ?? 'other',
    host: has ? 'electron' : 'browser',
    dataFolder,
    home: process.platform === 'win32' ? '' : homedir(),
    cores: availableParallelism(),
    channels: channels.map((channel) => ({
      name: channel.name,
      title: channel.title,
      words: `${exportSentence(channel)} ${servedSentence(channel)}`,
    })),
    capabilities: { dialogs: has, dropPaths: has, pdf: has, reveal: has },
  }
}
