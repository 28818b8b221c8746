/** Program of the desktop app: hands the shell's services to the app. */
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { type App, openApp } from '../app/app.js'
import { dataFolder } from '../storage/folders.js'
import { failToStart, runShell, type ShellServices } from './start.js'

const out = join(import.meta.dirname, '..')

function open({ keys, choosePath, chooseTarget, htmlToPdf, reveal, ...services }: ShellServices): Promise<App> {
  const desktop = { choosePath, chooseTarget, htmlToPdf, reveal }
  return openApp({ ...services, version: packageJson.version, desktop, vault: keys })
}

runShell({
  dataFolder: dataFolder(),
  out,
  icon: join(out, '..', 'resources', 'icon.png'),
  openApp: open,
}).catch(failToStart)
