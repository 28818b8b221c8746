import { join } from 'node:path'
import { z } from 'zod'
import {
  appSettingsSchema,
  DEFAULT_APP_SETTINGS,
  RECENT_FOLDERS,
  type AppSettings,
} from '../../src-shared/contract/index.js'
import { readJson, writeJson } from '../storage/json-file.js'

/** Where the app's settings are kept; the shell has its own, the browser host uses a file. */
export interface SettingsStore {
  get(): AppSettings
  /** Resolves when they are on disk. */
  set(settings: AppSettings): Promise<void>
}

/**
 * Settings in `<folder>/settings.json`. Of a file from another version every value that is still valid is kept and the
 * others get their default; an unreadable file means the defaults.
 */
export async function openSettingsFile(folder: string): Promise<SettingsStore> {
  const file = join(folder, 'settings.json')
  let current = migrateSettings(await readJson(file))
  let written: Promise<void> = Promise.resolve()
  return {
    get: () => current,
    set: (settings) => {
      current = appSettingsSchema.parse(settings)
      const value = current
      // One write at a time, in order; a failed one must not block those after it.
      written = written.catch(() => undefined).then(() => writeJson(file, value))
      return written
    },
  }
}

/** Stored settings of any version as those of this one: each field, and each field of `job`, is checked by itself. */
export function migrateSettings(stored: unknown): AppSettings {
  const outer = keepValid(appSettingsSchema.omit({ job: true }), stored, DEFAULT_APP_SETTINGS)
  const job = isObject(stored) ? stored['job'] : undefined
  return { ...outer, job: keepValid(appSettingsSchema.shape.job, job, DEFAULT_APP_SETTINGS.job) }
}

function keepValid<T extends object>(schema: z.ZodObject, stored: unknown, defaults: T): T {
  if (!isObject(stored)) return defaults
  const kept = Object.entries(schema.shape).flatMap(([name, field]): [string, unknown][] => {
    if (!Object.hasOwn(stored, name)) return []
    const parsed = z.safeParse(field, stored[name])
    return parsed.success ? [[name, parsed.data]] : []
  })
  return { ...defaults, ...(Object.fromEntries(kept) as Partial<T>) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `folder` in front of the recent folders, once. */
export function withRecentFolder(settings: AppSettings, folder: string): AppSettings {
  return {
    ...settings,
    recentFolders: [folder, ...settings.recentFolders.filter((f) => f !== folder)].slice(0, RECENT_FOLDERS),
  }
}
