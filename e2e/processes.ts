/** The processes of the desktop app, as Linux shows them. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  /** Words of its command line, with NULs between them. */
  readonly command: string
}

function all(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        if (state === 'Z') return []
        return [{ pid: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }]
      } catch {
        return []
      }
    })
}

/** A process and all that it has started. */
export function processTree(root: number): Process[] {
  const processes = all()
  const inside = (process: Process): boolean => {
    for (let at: Process | undefined = process; at; at = processes.find(({ pid }) => pid === at!.parent)) {
      if (at.pid === root) return true
    }
    return false
  }
  return processes.filter(inside)
}

/** The worker processes among them. */
export const workersOf = (root: number): Process[] =>
  processTree(root).filter(({ command }) => /[\\/]main[\\/]worker\.js/.test(command))

/** Which of these libraries a process has loaded. */
export function loaded(pid: number, libraries: readonly string[]): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8')
  return libraries.filter((name) => maps.includes(`/${name}`))
}
