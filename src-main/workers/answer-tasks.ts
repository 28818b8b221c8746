/** The worker's side of the conversation: takes one request at a time, answers each, and ends with its parent. */
import { errorData } from '../core/errors.js'
import type { WorkAnswer, WorkRequest } from './protocol.js'

/** What Electron puts on `process` in a utility process; declared here because only shell/ may import electron. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
}

/**
 * Serves requests from the parent process, in order, until the parent goes away.
 * Works under child_process.fork (`process.send`) and under Electron's utility process (`process.parentPort`).
 * @param run does one task; what it throws is answered as data and never ends the process.
 */
export function serve(run: (task: string, input: unknown) => Promise<unknown>): void {
  const port = (process as { parentPort?: ParentPort }).parentPort
  const post = (answer: WorkAnswer): void => {
    if (port) port.postMessage(answer)
    else process.send?.(answer, undefined, {}, () => undefined)
  }
  let last: Promise<void> = Promise.resolve()
  const receive = (message: unknown): void => {
    const request = message as WorkRequest
    last = last.then(async () => {
      try {
        post({ id: request.id, output: await run(request.task, request.input) })
      } catch (error) {
        post({ id: request.id, error: errorData(error) })
      }
    })
  }
  if (port) {
    port.on('message', (event) => {
      receive(event.data)
    })
  } else {
    process.on('message', receive)
    process.on('disconnect', () => process.exit(0))
    // Ctrl+C in a terminal reaches every process of the program; what it means is the parent's decision.
    process.on('SIGINT', () => undefined)
  }
  // A defect that no task caught: end, so that the pool starts a clean process and sends the task again.
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1))
  })
}
