import { HOST, SCHEME } from '../../src-shared/ipc-channels.js'

/** Whether an address, or an origin, is of the app's own window. */
export function isOwnPage(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return protocol === `${SCHEME}:` && host === HOST
}
