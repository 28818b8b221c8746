/** Ctrl+C: the first asks the work to stop and clean up after itself, the second ends the process at once. */
import { FixativeError } from '../core/errors.js'

/** What a cancelled job throws, if it does not say it itself. */
export function cancelled(): FixativeError {
  return new FixativeError('cancelled', 'Cancelled; nothing half-written was left behind.')
}

/**
 * Runs work that SIGINT or SIGTERM can cancel.
 * @throws FixativeError `cancelled` when the work ended because of the signal, whatever it threw.
 */
export async function cancellable<T>(onCancel: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
      process.kill(process.pid, name)
      return
    }
    onCancel()
    controller.abort(cancelled())
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? cancelled() : error
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
