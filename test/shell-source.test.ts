/**
 * A static check of everything that runs in or beside the window, after electronegativity's rules: constructs that open
 * a hole in an Electron app are refused wherever they stand, also in code that no other test runs.
 */
import { describe, expect, it } from 'vitest'
import { read, sources } from './support/sources.js'

/** Rule → what it looks for in the source without comments. */
const RULES: Readonly<Record<string, RegExp>> = {
  'opens links or files in other programs': /\b(openExternal|openPath)\b/,
  'runs code from a string': /\beval\s*\(|new Function\b|\bexecuteJavaScript\b|insertCSS\b|['"`]javascript:/,
  'puts HTML into the page unchecked': /\{@html\b|\binnerHTML\s*=|\bouterHTML\s*=|insertAdjacentHTML|document\.write/,
  'switches a protection off':
    /nodeIntegration\w*:\s*true|(contextIsolation|sandbox|webSecurity):\s*false|(allowRunningInsecureContent|experimentalFeatures|webviewTag|plugins|nativeWindowOpen):\s*true|enableBlinkFeatures|bypassCSP|allowpopups/,
  'accepts any TLS certificate': /certificate-error|setCertificateVerifyProc|NODE_TLS_REJECT|ignore-certificate-errors/,
  'weakens Chromium by a switch': /no-sandbox|disable-web-security|remote-debugging-port|allow-file-access/,
  'uses the remote module or synchronous IPC': /@electron\/remote|sendSync\b|\bipcMain\.on\b|\.ipc\.on\b/,
  'loads from a network or a file': /(loadURL|loadFile|fetch)\(\s*['"`](https?|file):|<webview/,
  'registers a scheme with too many rights': /allowServiceWorkers:\s*true|corsEnabled:\s*true|registerFileProtocol/,
  'passes Electron on to the page': /exposeInMainWorld\([^)]*\b(ipcRenderer|webUtils|electron|require)\b/,
}

const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$|<!--[^]*?-->/gm, '')
const findings = (text: string): string[] =>
  Object.entries(RULES).flatMap(([rule, pattern]) => (pattern.test(withoutComments(text)) ? [rule] : []))

describe('source of shell, preload and window', () => {
  const files = [
    ...sources('src-main/shell', ['.ts']),
    ...sources('src-preload', ['.ts']),
    ...sources('src-renderer', ['.ts', '.svelte', '.html']),
  ]

  it.each(files)('%s opens no hole', (file) => {
    expect(findings(read(file))).toEqual([])
  })

  it('only shell and preload import electron', () => {
    const importing = [...sources('src-main', ['.ts']), ...sources('src-renderer', ['.ts', '.svelte'])].filter((file) =>
      /from 'electron['/]/.test(read(file)),
    )
    expect(importing.length).toBeGreaterThan(5)
    expect(importing.filter((file) => !file.startsWith('src-main/shell/'))).toEqual([])
  })
})

it.each([
  ["shell.openExternal('https://example.org')", 'opens links or files in other programs'],
  ['new Function(text)', 'runs code from a string'],
  ['<p>{@html name}</p>', 'puts HTML into the page unchecked'],
  ['webPreferences: { sandbox: false }', 'switches a protection off'],
  ['nodeIntegrationInWorker: true', 'switches a protection off'],
  ["app.on('certificate-error', accept)", 'accepts any TLS certificate'],
  ["commandLine.appendSwitch('no-sandbox')", 'weakens Chromium by a switch'],
  ["ipcMain.on('anything', run)", 'uses the remote module or synchronous IPC'],
  ["window.loadURL('https://example.org')", 'loads from a network or a file'],
  ['privileges: { corsEnabled: true }', 'registers a scheme with too many rights'],
  ["contextBridge.exposeInMainWorld('api', ipcRenderer)", 'passes Electron on to the page'],
])('the check finds %s', (code, rule) => {
  expect(findings(code)).toEqual([rule])
  expect(findings(`/* ${code} */`)).toEqual([])
})
