import { constants, setPriority } from 'node:os'
import type { WorkerTransport } from '../workers/transport.js'

/** How long work in hand may go on when a job is stopped, milliseconds: short, because it has to stop within two seconds. */
export const STOP_GRACE = 400

/**
 * The same workers, at a lower priority of the system: they use every core, and still the window and whatever else the
 * user does come first. Where the system refuses, they run as they are.
 */
export function lowPriorityWorkers(transport: WorkerTransport): WorkerTransport {
  return {
    spawn() {
      const handle = transport.spawn()
      let lowered = false
      // Electron knows the process id only some time after the start, but before the first answer.
      const lower = (): void => {
        if (lowered || handle.pid === undefined) return
        lowered = true
        try {
          setPriority(handle.pid, constants.priority.PRIORITY_BELOW_NORMAL)
        } catch {
          // Gone already, or not allowed.
        }
      }
      lower()
      handle.onMessage(lower)
      return handle
    },
  }
}
