import type { Session } from 'electron'
import { isOwnPage } from './own-page.js'

/**
 * Refuses every permission that a page can ask for or look up, but one: the app's own page may put text on the clipboard,
 * which "Copy" buttons do. Electron's own default is to grant them all.
 */
export function setupPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { isMainFrame, requestingUrl }) =>
    callback(isAllowed(permission, isMainFrame, requestingUrl)),
  )
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) =>
    isAllowed(permission, isMainFrame, origin),
  )
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}))
}

function isAllowed(permission: string, isMainFrame: boolean, page: string): boolean {
  return permission === 'clipboard-sanitized-write' && isMainFrame && isOwnPage(page)
}
