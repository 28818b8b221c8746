import { utilityProcess } from 'electron'
import { exitReason, type WorkerTransport } from '../workers/transport.js'

/** How many characters of a worker's stderr are kept for the sentence that reports its death. */
const STDERR_TAIL = 4000
/** How long the end of stderr may lag behind the end of the process, milliseconds. */
const STDERR_PATIENCE = 250

/**
 * Workers as Electron utility processes: Node processes of their own, outside the sandbox (they load native modules),
 * each with its own heap, so that neither work nor a crash of theirs touches main. Only after Electron is ready.
 *
 * @param entry absolute path of the built worker program
 */
export function utilityTransport(entry: string): WorkerTransport {
  return {
    spawn() {
      const child = utilityProcess.fork(entry, [], {
        serviceName: 'Fixative worker',
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let stderr = ''
      const errors = child.stderr
      errors?.on('data', (chunk: Buffer) => {
        stderr = (stderr + chunk.toString()).slice(-STDERR_TAIL)
      })
      let state: 'starting' | 'running' | 'exited' = 'starting'
      let killed = false
      const kill = (): void => {
        killed = true
        if (state === 'exited') return
        const { pid } = child
        child.kill()
        // `kill` asks with SIGTERM first; a worker inside a native call of several seconds would hear it too late.
        if (pid !== undefined && process.platform !== 'win32') signalQuietly(pid)
      }
      child.on('spawn', () => {
        state = 'running'
        if (killed) kill()
      })
      const exitListeners: ((reason: string) => void)[] = []
      child.on('exit', (code) => {
        state = 'exited'
        const tell = once(() => {
          const reason = killed ? 'ended by Fixative' : exitReason(code, null, stderr)
          for (const listener of exitListeners) listener(reason)
        })
        if (errors === null || killed) return tell()
        errors.once('end', tell)
        setTimeout(tell, STDERR_PATIENCE)
      })
      return {
        get pid() {
          return child.pid
        },
        post(message) {
          if (state !== 'exited') child.postMessage(message)
        },
        onMessage(listener) {
          child.on('message', listener)
        },
        onExit(listener) {
          exitListeners.push(listener)
        },
        kill,
      }
    },
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}

function signalQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already, which is what was wanted.
  }
}
