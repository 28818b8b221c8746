import { app } from 'electron'

/** As in electron-builder.yml: Windows shows notifications only of an app that says which one it is. */
export const APP_ID = 'org.fixative.app'

/** Tells the system which app this is. Must run before Electron is ready. */
export function setupIdentity(): void {
  app.setAppUserModelId(APP_ID)
}
