/**
 * How the pool reaches a worker process: one type, whatever starts the process.
 * Here over Node's child processes; the shell implements the same type with Electron's utility process.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** One running worker process. Messages are structured-cloned: typed arrays arrive as typed arrays. */
export interface WorkerHandle {
  readonly pid: number | undefined
  /** Sends a message; silently lost if the process is gone, which `onExit` tells. */
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, with a short reason in words ("killed by SIGKILL", "exit code 1: <what stderr says>"). */
  onExit(listener: (reason: string) => void): void
  /** Ends the process at once. */
  kill(): void
}

export interface WorkerTransport {
  spawn(): WorkerHandle
}

/** How many characters of a worker's stderr are kept for the sentence that reports its death. */
const STDERR_TAIL = 20_000
/** The line of a report by Node or V8 that says what happened; source, stack and properties stand around it. */
const ERROR_LINE = /^(?:\w*(?:Error|Exception)(?: \[\w+\])?|FATAL ERROR): /

/**
 * How glibc (2.35 or newer; others ignore it) keeps memory. Large pages: decoded pictures are taken from the system and
 * given back all the time, and where a page fault is expensive (in virtual machines) that costs more than decoding them. A
 * fixed threshold: by itself it rises until the buffers of progressive JPEG are no longer given back.
 */
export const MEMORY = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4194304' }

/** How a process ended, in words that fit into a sentence: with its last error message, else its last line. */
export function exitReason(code: number | null, signal: string | null, stderr: string): string {
  const how = signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`
  const lines = stderr.split('\n').filter((text) => text.trim() !== '' && !/^Node\.js v/.test(text))
  const line = lines.findLast((text) => ERROR_LINE.test(text)) ?? lines.at(-1)
  return line ? `${how}: ${line.trim().slice(0, 300)}` : how
}

/**
 * Workers as Node child processes.
 * @param entry file URL of the worker's program; a `.ts` file is run through tsx (tests and development).
 * @param program Node.js: a path, or a name on the PATH.
 */
export function nodeTransport(entry: URL, program = process.execPath): WorkerTransport {
  const file = fileURLToPath(entry)
  return {
    spawn() {
      const child = fork(file, [], {
        execPath: program,
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...MEMORY, ...process.env },
        // Resolved here, because the working directory may be anywhere.
        execArgv: file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
      })
      let stderr = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-STDERR_TAIL)
      })
      let exited = false
      const exitListeners: ((reason: string) => void)[] = []
      const exit = (reason: string): void => {
        if (exited) return
        exited = true
        for (const listener of exitListeners) listener(reason)
      }
      child.on('error', (error) => {
        // A failed send also arrives here; only a process that never started ends without 'close'.
        if (child.pid === undefined) exit(`could not be started: ${error.message}`)
      })
      // 'close' rather than 'exit': by then all of stderr has been read.
      child.on('close', (code, signal) => {
        exit(exitReason(code, signal, stderr))
      })
      return {
        pid: child.pid,
        post(message) {
          if (child.connected) child.send(message as object, () => undefined)
        },
        onMessage(listener) {
          child.on('message', listener)
        },
        onExit(listener) {
          exitListeners.push(listener)
        },
        kill() {
          child.kill('SIGKILL')
        },
      }
    },
  }
}
