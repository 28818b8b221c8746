/** What the app is given by whoever hosts it. */
import type { Emit, RequestPayload } from '../../src-shared/contract/index.js'
import type { Effort } from '../jobs/job.js'
import type { KeyVault } from '../keys/vault.js'
import type { WorkerTransport } from '../workers/transport.js'
import type { SettingsStore } from './settings.js'

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
