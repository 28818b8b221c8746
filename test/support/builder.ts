/** Packages that electron-builder brings in versions of its own, for tests of what is given to it. */
import { createRequire } from 'node:module'

const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
const inner = createRequire(builder.resolve('app-builder-lib/package.json'))

export const { load: loadYaml } = inner('js-yaml') as { load: (text: string) => unknown }
export const { minimatch } = inner('minimatch') as { minimatch: (path: string, pattern: string) => boolean }

const { validateConfiguration } = builder('app-builder-lib/out/util/config/config') as {
  validateConfiguration: (configuration: unknown, logger: unknown) => Promise<void>
}
const { DebugLogger } = inner('builder-util') as { DebugLogger: new (enabled: boolean) => unknown }

/** Rejects for what electron-builder does not understand. */
export const validate = (configuration: unknown): Promise<void> =>
  validateConfiguration(configuration, new DebugLogger(false))
