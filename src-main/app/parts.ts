/** All parts of the app, for its handlers. */
import type { AppInfo } from '../../src-shared/contract/index.js'
import type { KeyStore } from '../keys/key-store.js'
import type { Storage } from '../storage/folders.js'
import type { Pool } from '../workers/pool.js'
import type { CollectionRegistry } from './collections/registry.js'
import type { Devices } from './devices.js'
import type { History } from './history.js'
import type { ImageStore } from './images.js'
import type { JobManager } from './queue/manager.js'
import type { AppServices } from './services.js'
import type { StressTests } from './stress.js'
import type { Timings } from './timings.js'

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
