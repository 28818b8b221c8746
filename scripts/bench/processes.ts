/** What the bench starts beside itself. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { type Pool, createPool } from '../../src-main/workers/pool.js'
import { MEMORY, nodeTransport } from '../../src-main/workers/transport.js'
import { scriptArguments } from '../programs.js'

const execute = promisify(execFile)
export const CORES = availableParallelism()

/** Does the same several times at once. */
export function atOnce<T>(work: (process: number) => Promise<T>, processes = CORES): Promise<T[]> {
  return Promise.all(Array.from({ length: processes }, (_, process) => work(process)))
}

/** What a program of this folder prints, as a process with the memory of a worker. */
export async function numberFrom(program: string, ...args: readonly string[]): Promise<number> {
  const env = { ...MEMORY, ...process.env }
  const { stdout } = await execute(process.execPath, [...scriptArguments(`bench/${program}`), ...args], { env })
  return Number(stdout)
}

/** A worker a core, straight from the sources. */
export function startPool(): Pool {
  return createPool({
    transport: nodeTransport(new URL('../../src-main/workers/entry.ts', import.meta.url)),
    size: CORES,
  })
}
