import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
import { nodeTransport, type WorkerTransport } from '../workers/transport.js'
import { utilityTransport } from './utility-transport.js'

/**
 * The app's worker processes (docs/decisions/0013): Electron's own, but on Linux those of a Node.js that is shipped with
 * the app, where nothing of GTK is loaded. Only after Electron is ready.
 *
 * @param out absolute path of the built app
 */
export function desktopWorkers(out: string): WorkerTransport {
  const entry = join(out, 'main', 'worker.js')
  if (process.platform !== 'linux') return utilityTransport(entry)
  // Unpackaged, whoever started the app has a Node.js.
  const program = app.isPackaged ? join(process.resourcesPath, 'node') : 'node'
  return nodeTransport(pathToFileURL(unpacked(entry)), program)
}

/** Node.js cannot read Electron's archive: what workers load lies beside it (`asarUnpack` in electron-builder.yml). */
function unpacked(path: string): string {
  return path.replace(/([\\/])app\.asar(?=[\\/])/, '$1app.asar.unpacked')
}
