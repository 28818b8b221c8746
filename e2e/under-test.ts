/** The app as the specs know it, in Chromium or on the desktop. */
import type { Page } from '@playwright/test'
import type { Stage } from '../src-shared/contract/index.js'

/** Rounds of learning, steps of training. */
export const EFFORT = { least: ['2', '8'], short: ['3', '60'], long: ['400', '60'], earnest: ['45', '450'] } as const

export interface OpenOptions {
  /**
   * How much learning and training: 'least' and 'short' run every stage and are too little for a good certificate,
   * 'long' lasts long enough to be stopped in its middle. 'released': the desktop app as it is built for its users, in
   * earnest.
   */
  readonly effort?: keyof typeof EFFORT | 'released'
  /** The main process dies as soon as a job enters this stage, without any chance to tidy up. */
  readonly dieIn?: Stage
}

/** The app under test: its data folder outlives its process. */
export interface App {
  /** Empty but for what the app and the test put there: `data`, `pictures`. */
  readonly folder: string
  /** Two classes of small pictures. */
  readonly collection: string
  /** The window shows its own folder chooser, because the system's dialogs are not there. */
  readonly ownChooser: boolean
  /** Starts the app and answers with its window, which shows the first screen. */
  open(options?: OpenOptions): Promise<Page>
  /** The window that is open. */
  readonly page: Page | undefined
  /** Ends the main process as a crash does. */
  kill(): Promise<void>
  /** Resolves when the main process has died of `dieIn`. */
  died(): Promise<void>
  /** Starts the app, which goes on with its queue, and resolves when it has died on entering this stage. */
  liveUntil(stage: Stage): Promise<void>
  /** The system's dialog, where there is one, will be answered with this folder. */
  willChoose(folder: string): Promise<void>
  close(): Promise<void>
}
