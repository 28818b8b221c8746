/** What the app is given by whoever hosts it, and what its handlers share. */
import type { AppInfo, Emit, RequestPayload } from '../../src-shared/contract/index.js'
import type { KeyStore, KeyVault } from '../keys/key-store.js'
import type { Effort } from '../jobs/job.js'
import type { Storage } from '../storage/folders.js'
import type { Pool } from '../workers/pool.js'
import type { WorkerTransport } from '../workers/transport.js'
import type { CollectionRegistry } from './collections/registry.js'
import type { Devices } from './devices.js'
import type { History } from './history.js'
import type { ImageStore } from './images.js'
import type { JobManager } from './queue/manager.js'
import type { SettingsStore } from './settings.js'
import type { StressTests } from './stress.js'
import type { Timings } from './timings.js'

/** What only a desktop can do; absent in a browser. */
export interface Desktop {
  /** Null: the user closed the dialog. */
  choosePath(purpose: RequestPayload<'folders.choose'>['purpose']): Promise<string | null>
  /** Asks where a new file goes; null: the user closed the dialog. */
  chooseTarget(suggested: string, kind: { name: string; extensions: string[] }): Promise<string | null>
  /** @throws FixativeError `pdf-failed` */
  htmlToPdf(html: string): Promise<Uint8Array>
  /** Shows a file in the system's file manager. */
  reveal(path: string): void
}

export interface AppServices {
  /** Absolute; claimed for one app at a time. */
  readonly dataFolder: string
  /** Of Fixative. */
  readonly version: string
  readonly settings: SettingsStore
  readonly emit: Emit
  readonly workers: WorkerTransport
  /** Null: a browser, which gets a folder chooser and downloads instead. */
  readonly desktop: Desktop | null
  /** Where the signing key rests; default: a file in the data folder. */
  readonly vault?: KeyVault
  /** Shorter learning and training, for tests. */
  readonly effort?: Effort
}

/** All parts of the app, for the handlers. */
export interface Parts {
  readonly services: AppServices
  readonly info: AppInfo
  readonly storage: Storage
  readonly keys: KeyStore
  /** For what somebody is looking at; jobs have their own workers. */
  readonly pool: Pool
  readonly images: ImageStore
  readonly collections: CollectionRegistry
  readonly jobs: JobManager
  readonly history: History
  readonly timings: Timings
  readonly devices: Devices
  readonly stress: StressTests
}
