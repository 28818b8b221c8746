/** Files that a job writes beside the protected pictures; pictures of these names are never taken for originals. */
export const CERTIFICATE_NAME = 'fixative-certificate.json'
export const REPORT_NAME = 'fixative-report.html'

/** Files that systems put into folders on their own, in small letters. */
const SYSTEM_FILES = new Set(['.ds_store', '.directory', 'thumbs.db', 'ehthumbs.db', 'desktop.ini'])

/** Whether a file was left by a system, by its name or its path with '/'; `._NAME` has what macOS knows of NAME. */
export function isSystemFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return SYSTEM_FILES.has(name) || name.startsWith('._')
}
