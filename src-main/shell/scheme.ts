import { protocol, type Session } from 'electron'
import type { ServedImage } from '../app/images.js'
import { loadWindow } from '../app/window-files.js'
import { HOST, IMAGE_PATH, SCHEME } from '../../src-shared/ipc-channels.js'
import { PAGE_POLICY, securityHeaders } from '../../src-shared/page-policy.js'

/** The picture behind an opaque id, null for an unknown id. */
export type ImageSource = (id: string) => Promise<ServedImage | null>

/** Declares the app's scheme. Must run before Electron is ready; `bypassCSP` and service workers stay off. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Answers the app's scheme in one session: the window's files in `root`, and pictures by id. */
export async function setupScheme(session: Session, root: string, images: ImageSource): Promise<void> {
  session.protocol.handle(SCHEME, await schemeHandler(root, images))
}

/**
 * The request handler behind the scheme.
 *
 * @param root folder of the built window (its `index.html` and assets)
 * @throws FixativeError `window-missing`
 */
export async function schemeHandler(
  root: string,
  images: ImageSource,
): Promise<(request: Request) => Promise<Response>> {
  const files = await loadWindow(root)
  return async (request) => {
    if (request.method !== 'GET') return refuse(405)
    const url = new URL(request.url)
    if (url.protocol !== `${SCHEME}:` || url.host !== HOST) return refuse(404)
    if (url.pathname.startsWith(IMAGE_PATH)) return imageResponse(url.pathname.slice(IMAGE_PATH.length), images)
    const file = files.get(url.pathname === '/' ? 'index.html' : url.pathname.slice(1))
    if (file === undefined) return refuse(404)
    return new Response(new Uint8Array(file.body), { headers: securityHeaders(PAGE_POLICY, file.type) })
  }
}

async function imageResponse(id: string, images: ImageSource): Promise<Response> {
  if (!/^[\w-]{1,100}$/.test(id)) return refuse(404)
  const image = await images(id).catch(() => null)
  if (image === null || !image.mime.startsWith('image/')) return refuse(404)
  // A copy: the source may hand out a view of a larger buffer that it keeps in its cache.
  return new Response(new Uint8Array(image.bytes), {
    headers: { ...securityHeaders(PAGE_POLICY, image.mime), 'cache-control': 'private, max-age=3600' },
  })
}

function refuse(status: 404 | 405): Response {
  return new Response(null, { status, headers: securityHeaders(PAGE_POLICY, 'text/plain') })
}
