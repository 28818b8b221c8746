/** Response headers of everything that the app's scheme serves. */

/**
 * What a page of the app may load: its own files, and nothing else from anywhere. `style-src-attr` is there because
 * components place their pop-ups with `style` attributes; a style attribute cannot load a file (`img-src` and
 * `font-src` still hold) and style *elements* stay forbidden.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** For the hidden page that is printed: no script, no connection; its pictures and styles are inside the document. */
export const REPORT_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Types of the files that a built window has, by their ending; others are not served. */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** The headers of every answer, besides its policy and its type. Nothing is kept in a cache unless asked. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
  'cache-control': 'no-store',
}

/** The headers of one answer: the policy, and the type taken as stated. @param contentType left out: the answer says it */
export function securityHeaders(policy: string, contentType?: string): Record<string, string> {
  const type = contentType === undefined ? {} : { 'content-type': contentType }
  return { 'content-security-policy': policy, ...type, ...HEADERS }
}
