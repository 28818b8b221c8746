/** A job is done by one process at a time. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { FixativeError } from '../core/errors.js'
import type { JobFolder } from './storage.js'

const LOCK_FILE = 'running.pid'
const held = new Set<string>()

/**
 * Takes the job for this process and returns what gives it back. The lock of a process that is gone counts for nothing.
 * @throws FixativeError `job-running`.
 */
export async function lockJob(folder: JobFolder): Promise<() => Promise<void>> {
  const path = folder.file(LOCK_FILE)
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = Number(await readFile(path, 'utf8').catch(() => ''))
      if (attempt > 1 || held.has(path) || (pid !== process.pid && isAlive(pid))) {
        const message = 'This job is being done by another Fixative at this moment.'
        throw new FixativeError('job-running', message, 'Wait for it to end, or stop it there.', { cause: error })
      }
      await rm(path, { force: true })
    }
  }
  held.add(path)
  return async () => {
    held.delete(path)
    await rm(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
