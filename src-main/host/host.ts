/** The app in a browser on this computer: for machines without a display, and for tests. */
import { openApp } from '../app/app.js'
import { openSettingsFile } from '../app/settings.js'
import type { Emit } from '../../src-shared/contract/index.js'
import type { Effort } from '../jobs/job.js'
import { nodeTransport } from '../workers/transport.js'
import { startServer } from './server.js'
import { loadWindow } from '../app/window-files.js'

export interface HostOptions {
  /** Port on 127.0.0.1; 0: any free one. */
  readonly port: number
  /** Absolute; kept from session to session, one host at a time. */
  readonly dataFolder: string
  /** Folder of the built window. */
  readonly rendererDir: string
  /** File URL of the worker's program. */
  readonly workerEntry: URL
  /** Of Fixative. */
  readonly version: string
  /** Shorter learning and training, for tests. */
  readonly effort?: Effort
  /** Sees each event before any window does, for tests. */
  readonly observe?: Emit
}

export interface Host {
  /** Address with the secret in it; whoever has it has the app. */
  readonly url: string
  /** Stops all work so that it can be resumed, and the server. */
  close(): Promise<void>
}

/**
 * Starts the app and serves it. An unfinished queue goes on at once.
 *
 * @throws FixativeError `window-missing`, `already-running`, `port-taken`
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { port, dataFolder, rendererDir, workerEntry, version, effort, observe } = options
  const files = await loadWindow(rendererDir)
  const settings = await openSettingsFile(dataFolder)
  // The app needs somewhere to send its events before there is a server, and the server needs the app.
  let send: Emit = () => undefined
  const app = await openApp({
    dataFolder,
    version,
    settings,
    emit: (name, payload) => {
      observe?.(name, payload)
      send(name, payload)
    },
    workers: nodeTransport(workerEntry),
    desktop: null,
    ...(effort === undefined ? {} : { effort }),
  })
  try {
    const server = await startServer({ port, files, serve: app.serve, images: app.images })
    send = server.emit
    app.start()
    return {
      url: server.url,
      close: async () => {
        await app.close()
        await server.close()
      },
    }
  } catch (error) {
    await app.close()
    throw error
  }
}
