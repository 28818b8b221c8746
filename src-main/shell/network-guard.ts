import { app, type Session } from 'electron'
import { SCHEME } from '../../src-shared/ipc-channels.js'

/** Keeps Chromium's own background traffic off. Must run before Electron is ready. */
export function disableBackgroundNetwork(): void {
  const { commandLine } = app
  // No name resolves: even a request that no filter sees has nowhere to go.
  commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  commandLine.appendSwitch('disable-background-networking')
  commandLine.appendSwitch('disable-component-update')
  commandLine.appendSwitch('disable-domain-reliability')
  commandLine.appendSwitch('no-pings')
}

/** Whether a session of the app may load this address: its own scheme, and data that is already in the page. */
export function isAllowedUrl(url: string): boolean {
  return url.startsWith(`${SCHEME}://`) || url.startsWith(`blob:${SCHEME}://`) || url.startsWith('data:')
}

/** Cancels every request of a session that is not to the app's own scheme, and every download. */
export function setupNetwork(session: Session): void {
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !isAllowedUrl(details.url) }))
  session.on('will-download', (event) => event.preventDefault())
  // The spell checker would fetch its dictionaries from a server.
  session.setSpellCheckerEnabled(false)
}
