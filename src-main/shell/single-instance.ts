import { isAbsolute, resolve } from 'node:path'
import { app } from 'electron'

/**
 * Makes this the only running instance. False: another one is running, has been told of our arguments, and we must
 * quit. `opened` is called with the path that a later instance was started with (null: none), which is then to be shown.
 */
export function setupSingleInstance(opened: (path: string | null) => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', (_event, argv, workingDirectory) => opened(pathArgument(argv, workingDirectory)))
  app.on('open-file', (event, path) => {
    event.preventDefault()
    opened(path)
  })
  return true
}

/**
 * The folder or certificate that a command line names: the last argument that is not an option. Chromium puts switches
 * of its own in between. Null: none.
 *
 * @param argv with the executable first; unpackaged, what comes before the app's own folder is for Electron
 * @param workingDirectory where paths of `argv` begin, absolute
 */
export function pathArgument(argv: readonly string[], workingDirectory: string): string | null {
  const own = app.getAppPath()
  const first = app.isPackaged
    ? 0
    : argv.findIndex((argument, at) => at > 0 && resolve(workingDirectory, argument) === own)
  if (first < 0) return null
  const given = argv.slice(first + 1).filter((argument) => argument !== '' && !argument.startsWith('-'))
  const last = given.at(-1)
  if (last === undefined) return null
  return isAbsolute(last) ? last : resolve(workingDirectory, last)
}
