/** Names that main and preload share. This file imports nothing, so that the preload stays one small bundle. */

/** The one channel on which the window asks; main answers each message. */
export const REQUEST_CHANNEL = 'fixative:request'
/** The one channel on which main tells the window something. */
export const EVENT_CHANNEL = 'fixative:event'
/** What the preload puts on the window's global object: a `Transport` of the contract. */
export const API_NAME = 'fixative'

/** The app's own scheme. Page, scripts, styles and pictures all come from this one origin. */
export const SCHEME = 'app'
export const HOST = 'fixative'
export const ORIGIN = `${SCHEME}://${HOST}`
/** Path under which pictures are served by their opaque id. */
export const IMAGE_PATH = '/image/'
