/**
 * All that the window can reach: the contract's `Transport`, four functions. Nothing of Electron is passed on; an
 * event's own object (through which a page could reach `ipcRenderer`) stays here.
 */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import type { Answer, Transport } from '../src-shared/contract/index.js'
import { API_NAME, EVENT_CHANNEL, IMAGE_PATH, ORIGIN, REQUEST_CHANNEL } from '../src-shared/ipc-channels.js'

const transport: Transport = {
  request: (name, payload) => ipcRenderer.invoke(REQUEST_CHANNEL, name, payload) as Promise<Answer>,
  subscribe: (listener) => {
    const receive = (_event: IpcRendererEvent, name: string, payload: unknown): void => listener(name, payload)
    ipcRenderer.on(EVENT_CHANNEL, receive)
    return () => void ipcRenderer.removeListener(EVENT_CHANNEL, receive)
  },
  imageUrl: (imageId) => ORIGIN + IMAGE_PATH + encodeURIComponent(imageId),
  // The File itself crosses the bridge; only here can its path be asked for.
  pathOf: (file) => webUtils.getPathForFile(file as File),
}

contextBridge.exposeInMainWorld(API_NAME, transport)
