import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, clipboard, dialog, session, shell, type BrowserWindow } from 'electron'
import type { App } from '../app/app.js'
import type { AppServices, Desktop } from '../app/services.js'
import { errorData, FixativeError } from '../core/errors.js'
import type { KeyVault } from '../keys/vault.js'
import { setupCrashGuard } from './crash-guard.js'
import { choosePath, chooseTarget } from './dialogs.js'
import { setupIdentity } from './identity.js'
import { setupIpc, windowEmitter } from './ipc.js'
import { createJobWatch } from './job-watch.js'
import { diagnostics, logJobs, openLog } from './log.js'
import { setupMenu } from './menu.js'
import { setupNavigation } from './navigation.js'
import { disableBackgroundNetwork, setupNetwork } from './network-guard.js'
import { setupNotification } from './notification.js'
import { htmlToPdf } from './pdf.js'
import { setupPermissions } from './permissions.js'
import { setupPower } from './power.js'
import { setupProgress } from './progress.js'
import { setupQuitGuard } from './quit-guard.js'
import { registerScheme, setupScheme } from './scheme.js'
import { pathArgument, setupSingleInstance } from './single-instance.js'
import { openStore } from './store.js'
import { setupTheme } from './theme.js'
import { openVault } from './vault.js'
import { rememberWindowState, restoreWindowState } from './window-state.js'
import { openWindow, PARTITION, revealWindow } from './window.js'
import { desktopWorkers } from './workers.js'

/** What the app gets from the shell. */
export interface ShellServices extends Pick<AppServices, 'dataFolder' | 'settings' | 'emit' | 'workers'>, Desktop {
  /** Where the signing key rests: encrypted by the system's keychain where there is one. */
  readonly keys: KeyVault
}

export interface ShellOptions {
  readonly dataFolder: string
  /** Absolute path of `out`, the built app. */
  readonly out: string
  readonly icon: string
  openApp(services: ShellServices): Promise<App>
}

/** Opens the desktop app. Everything before the first `await` has to happen before Electron is ready. */
export async function runShell(options: ShellOptions): Promise<void> {
  let window: BrowserWindow | null = null
  let opened: App | null = null
  let toOpen = pathArgument(process.argv, process.cwd())
  const current = (): BrowserWindow | null => window

  // One instance for each data folder; the lock is in there.
  const userData = join(options.dataFolder, 'desktop')
  makeWritable(userData)
  app.setPath('userData', userData)
  app.enableSandbox()
  setupIdentity()
  registerScheme()
  disableBackgroundNetwork()
  setupNavigation()
  const first = setupSingleInstance((path) => {
    revealWindow(window)
    if (path === null) return
    if (opened === null) toOpen = path
    else void opened.open(path)
  })
  if (!first) return app.quit()
  const log = openLog(userData)
  await app.whenReady()

  const store = openStore(userData)
  const watch = createJobWatch()
  const emit = watch.through(setupTheme(() => store.settings.get(), windowEmitter(current)))
  const files = session.fromPartition(PARTITION)
  setupPermissions(files)
  setupNetwork(files)
  setupMenu(
    emit,
    {
      showLog: () => shell.showItemInFolder(log),
      copyDiagnostics: () => void clipboard.writeText(diagnostics(log)),
    },
    !app.isPackaged,
  )
  logJobs(watch)
  setupProgress(current, watch)
  setupPower(watch)

  const running = await options.openApp({
    dataFolder: options.dataFolder,
    settings: store.settings,
    emit,
    workers: desktopWorkers(options.out),
    keys: openVault(join(options.dataFolder, 'keys')),
    choosePath: (purpose) => choosePath(window, purpose, store.lastFolder),
    chooseTarget: (suggested, kind) => chooseTarget(window, suggested, kind, store.lastFolder),
    htmlToPdf,
    reveal: (path) => shell.showItemInFolder(path),
  })
  opened = running
  watch.seed(running.jobs())
  setupNotification(current, watch, () => store.settings.get().notify)
  setupQuitGuard(current, watch, () => running.close())
  setupIpc(current, running.serve)
  await setupScheme(files, join(options.out, 'renderer'), (id) => running.images(id))

  const preload = join(options.out, 'preload/index.cjs')
  window = openWindow({ preload, icon: options.icon, devTools: !app.isPackaged }, restoreWindowState(store.window()))
  window.on('closed', () => (window = null))
  setupCrashGuard(window)
  rememberWindowState(window, (state) => store.setWindow(state))
  window.webContents.once('did-finish-load', () => {
    running.start()
    if (toOpen !== null) void running.open(toOpen)
  })
}

/** @throws FixativeError `data-folder-unwritable` */
function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new FixativeError(
      'data-folder-unwritable',
      `The data folder "${folder}" cannot be written (${code ?? String(cause)}).`,
      'Check its permissions and its disk, or name another folder in the environment variable FIXATIVE_HOME.',
      { cause },
    )
  }
}

/** Says why the app cannot open, and ends it. */
export async function failToStart(error: unknown): Promise<void> {
  const { message, hint } = errorData(error)
  console.error(error)
  // Before that Linux has no dialogs.
  await app.whenReady()
  dialog.showErrorBox('Fixative cannot start', `${message}\n\n${hint}`)
  app.exit(1)
}
