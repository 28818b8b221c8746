/** The programs that the scripts start. */
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** The command line, as it was built last. */
export const FIXATIVE = fileURLToPath(new URL('../bin/fixative.js', import.meta.url))

/** Whether a module is the program that was started, and not imported by a test. */
export function isProgram(url: string): boolean {
  return url === pathToFileURL(process.argv[1] ?? '').href
}
