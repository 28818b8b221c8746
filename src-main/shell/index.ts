/** Program of the desktop app: hands the shell's services to the app. */
import { join } from 'node:path'
import { dataFolder } from '../storage/folders.js'
import { openDesktopApp } from './app.js'
import { failToStart, runShell } from './start.js'

const out = join(import.meta.dirname, '..')

runShell({
  dataFolder: dataFolder(),
  out,
  icon: join(out, '..', 'resources', 'icon.png'),
  openApp: openDesktopApp,
}).catch(failToStart)
