/** The app itself: what it remembers, what it can do here, and the folders that are chosen. */
import { z } from 'zod'
import { DEFAULT_SETTINGS, settingsSchema } from '../../src-main/core/settings.js'
import { nothing, path } from './pieces.js'

/** How many folders are remembered. */
export const RECENT_FOLDERS = 12

/** What the app remembers; `job` is what a new job starts with. */
export const appSettingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** One quiet notification when a job ends. */
  notify: z.boolean(),
  /** Shortcuts of one key ('?', Space); off for people who speak to their computer. */
  singleKeys: z.boolean(),
  /** Put into the certificate as the issuer's name; empty: none. */
  signerName: z.string().trim().max(200),
  /** Folder that gets the protected copies (in a sub-folder each); null: beside the originals. */
  outputFolder: path.nullable(),
  /** Newest first. */
  recentFolders: z.array(path).max(RECENT_FOLDERS),
  job: settingsSchema,
})
export type AppSettings = z.infer<typeof appSettingsSchema>
export const DEFAULT_APP_SETTINGS: AppSettings = {
  theme: 'system',
  notify: true,
  singleKeys: true,
  signerName: '',
  outputFolder: null,
  recentFolders: [],
  job: DEFAULT_SETTINGS,
}

export interface AppInfo {
  version: string
  platform: 'linux' | 'darwin' | 'win32' | 'other'
  host: 'electron' | 'browser'
  dataFolder: string
  /** The user's home folder, which the window writes as "~"; '' where that is not the custom. */
  home: string
  cores: number
  /** Where pictures can be published; `name` is what `Settings.channel` takes, `words` what the channel does. */
  channels: { name: string; title: string; words: string }[]
  capabilities: {
    /** Native dialogs: `folders.choose`. Otherwise the window shows its own chooser on `folders.list`. */
    dialogs: boolean
    /** Dropped files have paths (`Transport.pathOf`). */
    dropPaths: boolean
    /** `reports.save` can write PDF. Otherwise use the browser's own printing. */
    pdf: boolean
    /** `shell.reveal` works. */
    reveal: boolean
  }
}

export interface FolderListing {
  path: string
  /** Null at the top. */
  parent: string | null
  folders: { name: string; path: string }[]
  /** Pictures directly in it, to help choosing. */
  images: number
  /** It holds a certificate of protected pictures. */
  certificate: string | null
}

export const settingsRequests = {
  'app.info': nothing,
  'settings.get': nothing,
  /** Changes the named fields and answers with all of them. */
  'settings.set': z.strictObject({ changes: appSettingsSchema.partial() }),
  /** Native dialog; null when the user closes it. Refused with `no-dialogs` where `capabilities.dialogs` is false. */
  'folders.choose': z.strictObject({
    purpose: z.enum(['collection', 'output', 'verify', 'certificate', 'originals', 'labels']),
  }),
  /** Sub-folders of a folder (null: home) for the window's own chooser; only where `capabilities.dialogs` is false. */
  'folders.list': z.strictObject({ path: path.nullable() }),
  /** What a dropped path is, and so which screen it opens. */
  'folders.fromDrop': z.strictObject({ path }),
  /** Shows an output folder, certificate or report of a known job in the file manager. */
  'shell.reveal': z.strictObject({ path }),
}

export interface SettingsOutputs {
  'app.info': AppInfo
  'settings.get': AppSettings
  'settings.set': AppSettings
  'folders.choose': { path: string | null }
  'folders.list': FolderListing
  'folders.fromDrop': { path: string; kind: 'collection' | 'protected' | 'certificate' | 'other' }
  'shell.reveal': null
}

export const settingsEvents = {
  'settings.changed': appSettingsSchema,
  /** Something was opened from outside the window (menu, second instance, file association). */
  'app.open': z.strictObject({ path: z.string(), kind: z.enum(['collection', 'protected', 'certificate', 'other']) }),
  /** A menu command or shortcut. */
  'app.command': z.strictObject({ command: z.enum(['open', 'verify', 'history', 'settings', 'cancel']) }),
}
