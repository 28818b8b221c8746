/** Finds what carries the window's messages: Electron's preload when it is there, else the browser host. */
import type { Transport } from '../src-shared/contract/index.js'
import { createHttpTransport } from './http-transport.js'

declare global {
  interface Window {
    /** Put there by the preload script of the desktop app. */
    readonly fixative?: Transport
  }
}

/** @param onBack called when a lost connection is there again and everything shown may be out of date */
export function findTransport(onBack: () => void): Transport {
  if (window.fixative) return window.fixative
  let lost = false
  return createHttpTransport(new URL('.', location.href).href, (connected) => {
    if (connected && lost) onBack()
    lost = !connected
  })
}
