/** The programs that the scripts start. */
import { fileURLToPath, pathToFileURL } from 'node:url'

export const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** The command line, as it was built last. */
export const FIXATIVE = fileURLToPath(new URL('../bin/fixative.js', import.meta.url))
/** Debian's Python, which has its torch; the first one on the path may be another that has not. */
export const PYTHON = '/usr/bin/python3'

/** What Node.js is given to run a script of this folder; tsx is found here, because the working folder may be anywhere. */
export function scriptArguments(name: string): string[] {
  return ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL(name, import.meta.url))]
}

/** Whether a module is the program that was started, and not imported by a test. */
export function isProgram(url: string): boolean {
  return url === pathToFileURL(process.argv[1] ?? '').href
}
