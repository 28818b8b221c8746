import { app, type WebContents } from 'electron'

/** Applies `lockNavigation` to every page of the app, also to those that do not exist yet. */
export function setupNavigation(): void {
  app.on('web-contents-created', (_event, contents) => lockNavigation(contents))
}

/** The page stays what it was loaded as: no navigation, redirect or frame, no new window, no webview. */
export function lockNavigation(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}
