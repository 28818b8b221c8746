import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import Store from 'electron-store'
import { z } from 'zod'
import { migrateSettings, type SettingsStore } from '../app/settings.js'
import { appSettingsSchema, DEFAULT_APP_SETTINGS, type AppSettings } from '../../src-shared/contract/index.js'
import type { LastFolder } from './dialogs.js'
import { DEFAULT_WINDOW_STATE, windowStateSchema, type WindowState } from './window-state.js'

/** Absolute; null: nothing was chosen yet. */
const lastFolderSchema = z.string().nullable()
interface Stored {
  settings: AppSettings
  window: WindowState
  lastFolder: string | null
}
const DEFAULTS: Stored = { settings: DEFAULT_APP_SETTINGS, window: DEFAULT_WINDOW_STATE, lastFolder: null }

/** What the app remembers between sessions: one small JSON file that only this user can read. No secrets. */
export interface AppStore {
  readonly settings: SettingsStore
  window(): WindowState
  setWindow(state: WindowState): void
  /** Where dialogs begin. */
  readonly lastFolder: LastFolder
  /** Where an unreadable settings file was put; null: there was none. */
  readonly setAside: string | null
}

/**
 * Opens `settings.json` in `folder`. The JSON schema is derived from the contract's zod schema, so the two cannot
 * drift. A file of an older version is migrated value by value; one that cannot be read at all is set aside and the
 * app starts with the defaults, because a broken settings file must not keep it from opening.
 */
export function openStore(folder: string): AppStore {
  const file = join(folder, 'settings.json')
  let setAside: string | null = null
  let store: Store<Stored>
  try {
    store = createStore(folder)
  } catch (error) {
    if (!existsSync(file)) throw error
    setAside = join(folder, 'settings.unreadable.json')
    renameSync(file, setAside)
    store = createStore(folder)
  }
  return {
    settings: {
      get: () => store.get('settings'),
      set: async (settings) => store.set('settings', appSettingsSchema.parse(settings)),
    },
    window: () => store.get('window'),
    setWindow: (state) => store.set('window', windowStateSchema.parse(state)),
    lastFolder: {
      get: () => store.get('lastFolder'),
      set: (folder) => store.set('lastFolder', folder),
    },
    setAside,
  }
}

function createStore(folder: string): Store<Stored> {
  return new Store<Stored>({
    name: 'settings',
    cwd: folder,
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    defaults: DEFAULTS,
    schema: {
      settings: jsonSchema(appSettingsSchema),
      window: jsonSchema(windowStateSchema),
      lastFolder: jsonSchema(lastFolderSchema),
    },
    migrations: migrations(),
  })
}

/**
 * Runs once when a file of another version is opened. Named steps for a renamed field go before the last one, which
 * keeps each setting that this version understands and takes the default for the others.
 */
function migrations(): Record<string, (store: Pick<Store<Stored>, 'get' | 'set'>) => void> {
  return {
    [app.getVersion()]: (store) => {
      store.set('settings', migrateSettings(store.get('settings')))
      store.set('lastFolder', lastFolderSchema.catch(null).parse(store.get('lastFolder')))
      store.set('window', windowStateSchema.catch(DEFAULT_WINDOW_STATE).parse(store.get('window')))
    },
  }
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  // Without the name of the dialect, which the store's validator does not take inside a property.
  return Object.fromEntries(
    Object.entries(z.toJSONSchema(schema, { io: 'output' })).filter(([key]) => key !== '$schema'),
  )
}
