import packageJson from '../../package.json' with { type: 'json' }
import { type App, openApp } from '../app/app.js'
import type { AppServices } from '../app/services.js'
import type { ShellServices } from './start.js'

/** Opens the app with what the shell has for it. `effort` is for tests. */
export function openDesktopApp(services: ShellServices, effort: Pick<AppServices, 'effort'> = {}): Promise<App> {
  const { keys, choosePath, chooseTarget, htmlToPdf, reveal, ...shared } = services
  const desktop = { choosePath, chooseTarget, htmlToPdf, reveal }
  return openApp({ ...shared, ...effort, version: packageJson.version, desktop, vault: keys })
}
