/**
 * A small stand-in for the `electron` module, for tests of the shell in plain Node. It records what the shell asks for
 * and lets a test raise the events that Electron would; only `utilityProcess` does real work, in real child processes.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'

type Options = Record<string, unknown>
type Callback = (...args: never[]) => unknown

/** Cancellable event, as Electron passes to listeners. */
export class FakeEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Raises a cancellable event and answers with it. */
export function raise(target: EventEmitter, name: string, ...rest: unknown[]): FakeEvent {
  const event = new FakeEvent()
  target.emit(name, event, ...rest)
  return event
}

class FakeProtocol {
  readonly privileged: { scheme: string; privileges: Options }[] = []
  readonly handlers = new Map<string, (request: Request) => Promise<Response> | Response>()
  registerSchemesAsPrivileged(schemes: { scheme: string; privileges: Options }[]): void {
    this.privileged.push(...schemes)
  }
  handle(scheme: string, handler: (request: Request) => Promise<Response> | Response): void {
    this.handlers.set(scheme, handler)
  }
  unhandle(scheme: string): void {
    this.handlers.delete(scheme)
  }
}

export class FakeSession extends EventEmitter {
  readonly protocol = new FakeProtocol()
  spellChecker = true
  /** What the shell installed, by the name of the method that did. */
  readonly installed = new Map<string, Callback>()
  readonly webRequest = {
    onBeforeRequest: (listener: Callback): void => void this.installed.set('onBeforeRequest', listener),
  }
  constructor(readonly partition: string) {
    super()
  }
  setPermissionRequestHandler(handler: Callback): void {
    this.installed.set('permissionRequest', handler)
  }
  setPermissionCheckHandler(handler: Callback): void {
    this.installed.set('permissionCheck', handler)
  }
  setDevicePermissionHandler(handler: Callback): void {
    this.installed.set('devicePermission', handler)
  }
  setDisplayMediaRequestHandler(handler: Callback): void {
    this.installed.set('displayMedia', handler)
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellChecker = enabled
  }
  /** Whether the session would let a request to this address through. */
  requests(url: string): boolean {
    const listener = this.installed.get('onBeforeRequest') as
      ((details: { url: string }, callback: (answer: { cancel: boolean }) => void) => void) | undefined
    let cancelled = false
    listener?.({ url }, ({ cancel }) => (cancelled = cancel))
    return !cancelled
  }
}

const sessions = new Map<string, FakeSession>()
export const session = {
  defaultSession: new FakeSession(''),
  fromPartition(partition: string): FakeSession {
    const known = sessions.get(partition) ?? new FakeSession(partition)
    sessions.set(partition, known)
    return known
  },
}

export const protocol = new FakeProtocol()

let frames = 0
export class FakeWebContents extends EventEmitter {
  readonly sent: unknown[][] = []
  readonly mainFrame = { frameToken: `frame-${++frames}`, url: '' }
  windowOpen: ((details: { url: string }) => { action: string }) | null = null
  webRtcPolicy = ''
  /** What `printToPDF` answers. */
  print: (options: Options) => Promise<Buffer> = () => Promise.resolve(Buffer.from('%PDF-fake'))
  send(...message: unknown[]): void {
    // What cannot be cloned would fail in Electron as well.
    this.sent.push(structuredClone(message))
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.windowOpen = handler
  }
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy
  }
  printToPDF(options: Options): Promise<Buffer> {
    return this.print(options)
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = []
  /** Lets a test replace what loading a page does. */
  static load: (window: BrowserWindow, url: string) => Promise<void> = (window, url) => {
    window.webContents.mainFrame.url = url
    return Promise.resolve()
  }
  readonly webContents = new FakeWebContents()
  readonly progress: { value: number; mode: string }[] = []
  focused = true
  minimized = false
  maximized = false
  destroyed = false
  shown = false
  bounds = { x: 10, y: 20, width: 1280, height: 800 }
  constructor(readonly options: Options) {
    super()
    BrowserWindow.all.push(this)
    app.emit('web-contents-created', new FakeEvent(), this.webContents)
    app.emit('browser-window-created', new FakeEvent(), this)
  }
  loadURL(url: string): Promise<void> {
    return BrowserWindow.load(this, url)
  }
  show(): void {
    this.shown = true
  }
  focus(): void {
    this.focused = true
  }
  restore(): void {
    this.minimized = false
  }
  maximize(): void {
    this.maximized = true
    // As in Electron.
    this.shown = true
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isMaximized(): boolean {
    return this.maximized
  }
  isFocused(): boolean {
    return this.focused
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  getNormalBounds(): typeof this.bounds {
    return this.bounds
  }
  setProgressBar(value: number, options?: { mode: string }): void {
    this.progress.push({ value, mode: options?.mode ?? 'normal' })
  }
  /** As a click on the close button. False: a listener prevented it. */
  close(): boolean {
    if (raise(this, 'close').defaultPrevented) return false
    this.destroy()
    return true
  }
  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('closed')
  }
}

class FakeApp extends EventEmitter {
  isPackaged = false
  sandboxed = false
  /** Whether this is the first instance. */
  first = true
  /** The app has ended. */
  ended = false
  readonly switches = new Map<string, string>()
  readonly paths = new Map<string, string>()
  readonly commandLine = {
    appendSwitch: (name: string, value = ''): void => void this.switches.set(name, value),
  }
  enableSandbox(): void {
    this.sandboxed = true
  }
  requestSingleInstanceLock(): boolean {
    return this.first
  }
  whenReady(): Promise<void> {
    return Promise.resolve()
  }
  getVersion(): string {
    return '0.1.0'
  }
  getAppPath(): string {
    return '/fixative'
  }
  getPath(name: string): string {
    return this.paths.get(name) ?? '/nonexistent'
  }
  readonly recent: string[] = []
  addRecentDocument(path: string): void {
    this.recent.push(path)
  }
  getGPUFeatureStatus(): Record<string, string> {
    return { webgpu: 'enabled' }
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path)
  }
  setName(): void {}
  setDesktopName(): void {}
  setAppUserModelId(): void {}
  setAboutPanelOptions(): void {}
  /** As in Electron: `before-quit`, then each window is closed; any of them can prevent the end. */
  quit(): void {
    if (this.ended || raise(this, 'before-quit').defaultPrevented) return
    for (const window of BrowserWindow.all) {
      if (!window.isDestroyed() && !window.close()) return
    }
    this.ended = true
    raise(this, 'will-quit')
  }
  exit(): void {
    this.ended = true
  }
}
export const app = new FakeApp()

export const ipcMain = {
  handlers: new Map<string, (event: unknown, ...args: unknown[]) => unknown>(),
  on(): void {},
  handle(channel: string, handler: (event: unknown, ...args: unknown[]) => unknown): void {
    if (this.handlers.has(channel)) throw new Error(`Second handler for ${channel}`)
    this.handlers.set(channel, handler)
  },
}

export const dialog = {
  /** Index of the button that message boxes answer with. */
  response: 0,
  /** What choosers answer with; null: closed. */
  chosen: null as string | null,
  asked: [] as Options[],
  showMessageBox(...args: unknown[]): Promise<{ response: number }> {
    this.asked.push(args.at(-1) as Options)
    return Promise.resolve({ response: this.response })
  },
  showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    this.asked.push(args.at(-1) as Options)
    return Promise.resolve({ canceled: this.chosen === null, filePaths: this.chosen === null ? [] : [this.chosen] })
  },
  showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    this.asked.push(args.at(-1) as Options)
    return Promise.resolve({ canceled: this.chosen === null, filePath: this.chosen ?? '' })
  },
  showErrorBox(title: string, content: string): void {
    this.asked.push({ title, content })
  },
}

export const crashReporter = {
  started: [] as Options[],
  start(options: Options): void {
    this.started.push(options)
  },
}

export const clipboard = {
  text: '',
  writeText(text: string): void {
    this.text = text
  },
}

export const Menu = {
  menu: null as unknown,
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu(menu: unknown): void {
    this.menu = menu
  },
}

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = []
  static isSupported(): boolean {
    return true
  }
  constructor(readonly options: Options) {
    super()
  }
  show(): void {
    Notification.shown.push(this)
  }
}

export const powerSaveBlocker = {
  active: new Set<number>(),
  next: 1,
  start(): number {
    this.active.add(this.next)
    return this.next++
  },
  stop(id: number): boolean {
    return this.active.delete(id)
  },
}

export const safeStorage = {
  available: true,
  backend: 'gnome_libsecret',
  /** What encrypted text begins with. */
  prefix: 'v11',
  isAsyncEncryptionAvailable(): Promise<boolean> {
    return Promise.resolve(this.available)
  },
  getSelectedStorageBackend(): string {
    return this.backend
  },
  /** Not encryption, but not the text either: enough to see which of the two was stored. */
  encryptStringAsync(text: string): Promise<Buffer> {
    return Promise.resolve(Buffer.from(`${this.prefix}sealed:${Buffer.from(text).toString('base64')}`))
  },
  decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const text = sealed.toString().slice(this.prefix.length)
    if (!text.startsWith('sealed:')) return Promise.reject(new Error('Error while decrypting'))
    return Promise.resolve({ result: Buffer.from(text.slice(7), 'base64').toString(), shouldReEncrypt: false })
  },
}

export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
  getAllDisplays(): { workArea: { x: number; y: number; width: number; height: number } }[] {
    return this.displays
  },
}

export const nativeTheme = { themeSource: 'system' }

export const shell = {
  revealed: [] as string[],
  showItemInFolder(path: string): void {
    this.revealed.push(path)
  },
}

export class FakeUtilityProcess extends EventEmitter {
  readonly stderr: NodeJS.ReadableStream | null
  readonly #child: ChildProcess
  #spawned = false
  constructor(path: string, args: readonly string[]) {
    super()
    const hook = fileURLToPath(new URL('./utility-child.mjs', import.meta.url))
    this.#child = fork(path, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...(path.endsWith('.ts') ? ['--import', 'tsx'] : []), '--import', hook],
    })
    this.stderr = this.#child.stderr
    this.#child.on('spawn', () => {
      this.#spawned = true
      this.emit('spawn')
    })
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.on('exit', (code, signal) => {
      this.#spawned = false
      this.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 15))
    })
  }
  get pid(): number | undefined {
    return this.#spawned ? this.#child.pid : undefined
  }
  postMessage(message: unknown): void {
    this.#child.send(message as object, () => undefined)
  }
  kill(): boolean {
    return this.#child.kill('SIGTERM')
  }
}

export const utilityProcess = {
  forked: [] as { path: string; options: Options }[],
  fork(path: string, args: readonly string[] = [], options: Options = {}): FakeUtilityProcess {
    this.forked.push({ path, options })
    return new FakeUtilityProcess(path, args)
  },
}

/** The preload's side. */
export const contextBridge = {
  exposed: new Map<string, unknown>(),
  exposeInMainWorld(name: string, api: unknown): void {
    this.exposed.set(name, api)
  },
}
export const ipcRenderer = Object.assign(new EventEmitter(), {
  invoked: [] as unknown[][],
  invoke(...args: unknown[]): Promise<unknown> {
    this.invoked.push(args)
    return Promise.resolve({ ok: true, value: null })
  },
})
export const webUtils = { getPathForFile: (file: { name: string }): string => `/dropped/${file.name}` }

/** Forgets everything that earlier tests did. */
export function resetElectron(): void {
  app.removeAllListeners()
  Object.assign(app, { isPackaged: false, sandboxed: false, first: true, ended: false })
  app.switches.clear()
  app.paths.clear()
  app.recent.length = 0
  sessions.clear()
  BrowserWindow.all.length = 0
  protocol.privileged.length = 0
  protocol.handlers.clear()
  ipcMain.handlers.clear()
  Object.assign(dialog, { response: 0, chosen: null, asked: [] })
  Menu.menu = null
  crashReporter.started.length = 0
  clipboard.text = ''
  Notification.shown.length = 0
  powerSaveBlocker.active.clear()
  Object.assign(safeStorage, { available: true, backend: 'gnome_libsecret', prefix: 'v11' })
  nativeTheme.themeSource = 'system'
  shell.revealed.length = 0
  utilityProcess.forked.length = 0
  contextBridge.exposed.clear()
  ipcRenderer.removeAllListeners()
  ipcRenderer.invoked.length = 0
}

// electron-store takes the default export.
export default { app, ipcMain, shell }
