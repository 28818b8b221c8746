/** Runs the command line as users do: as a process of its own, with its own data folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { programFile } from './programs.js'

const PROGRAM = programFile('fixative')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Lines of stdout as JSON, for `--json`. */
  events(): { type: string; [key: string]: unknown }[]
}

export interface RunOptions {
  readonly home: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** A program, with arguments, that runs the command line in its place, such as `nice`. */
  readonly through?: readonly string[]
  /** Called with the running process, and with all of stdout so far whenever there is more. */
  readonly onOutput?: (child: ChildProcess, stdout: string) => void
}

/** @param args the arguments after `fixative`. */
export async function fixative(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const command = [process.execPath, PROGRAM, ...args]
  const [first, ...rest] = [...(options.through ?? []), ...command]
  const child = spawn(first!, rest, {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env, FIXATIVE_HOME: options.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(child, stdout)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const events = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { type: string })
  return { code, stdout, stderr, events }
}

/** Every file below a folder with the hash of its bytes, to show that nothing was touched. Links are named only. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const result: Record<string, string> = {}
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) continue
    result[path] = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : 'link'
  }
  return result
}
