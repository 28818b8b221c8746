/** What happens in the desktop app, in a file that stays on this computer, for whoever reports a fault. */
import { readFileSync, readdirSync } from 'node:fs'
import { cpus, totalmem, version } from 'node:os'
import { join } from 'node:path'
import { app, crashReporter } from 'electron'
import log from 'electron-log/node.js'
import packageJson from '../../package.json' with { type: 'json' }
import type { JobWatch, WatchedJob } from './job-watch.js'

/** Bytes of the file; what is older is in one more file of that size, and what is older still is gone. */
const LARGEST = 1 << 20
/** Lines that diagnostics end with. */
const LINES = 100

/**
 * Writes what the main process says, and what goes wrong in it and its processes, to `logs/fixative.log`, and dumps of
 * crashes beside it. Nothing is sent. Before Electron is ready.
 *
 * @param folder absolute path of the desktop app's data
 * @returns path of the file
 */
export function openLog(folder: string): string {
  const path = join(folder, 'logs', 'fixative.log')
  app.setPath('crashDumps', join(folder, 'crashes'))
  crashReporter.start({ uploadToServer: false })
  const { console: terminal, file } = log.transports
  file.resolvePathFn = () => path
  file.maxSize = LARGEST
  file.level = 'info'
  terminal.format = '{text}'
  const { error, warn } = log.functions
  Object.assign(console, { error, warn })
  log.info(`Fixative ${packageJson.version} starts`)
  process.on('uncaughtExceptionMonitor', (error) => log.error(error))
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    if (reason !== 'clean-exit') log.warn(`${name ?? type} has ended: ${reason} (${exitCode})`)
  })
  app.on('quit', () => log.info('Fixative ends'))
  return path
}

/** Writes what becomes of each job, without names of pictures or folders. */
export function logJobs(watch: JobWatch): void {
  const states = new Map<string, WatchedJob['state']>()
  watch.onChange((jobs) => {
    for (const { id, state, error } of jobs) {
      if (states.get(id) === state) continue
      states.set(id, state)
      log.info(`job ${id}: ${state}${error ? ` (${error.code})` : ''}`)
    }
  })
}

/** What somebody who is to find a fault needs to know: versions, the machine, and the end of the log. @param path of it */
export function diagnostics(path: string): string {
  const { electron, chrome, node } = process.versions
  const dumps = filesIn(app.getPath('crashDumps')).filter((name) => name.endsWith('.dmp'))
  return [
    `Fixative ${packageJson.version}${app.isPackaged ? '' : ' (not packaged)'}`,
    `Electron ${electron}, Chromium ${chrome}, Node.js ${node}`,
    `${process.platform} ${process.arch}, ${version()}`,
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Graphics: ${JSON.stringify(app.getGPUFeatureStatus())}`,
    `Crashes of the app's own processes: ${dumps.length}`,
    '',
    ...endOf(path),
  ].join('\n')
}

function endOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LINES)
  } catch (error) {
    return [`The log cannot be read: ${(error as NodeJS.ErrnoException).code}`]
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
