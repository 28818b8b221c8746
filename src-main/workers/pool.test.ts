import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FixativeError } from '../core/errors.js'
import { createPool, type Pool, type PoolOptions, type RunOptions } from './pool.js'
import { exitReason, nodeTransport } from './transport.js'

const entry = new URL('../../test/support/worker-entry.ts', import.meta.url)
let folder: string
let pools: Pool[]
let lost: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixative-pool-'))
  pools = []
  lost = []
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  rmSync(folder, { recursive: true })
})

/** A pool over the test entry, whose tasks are orders instead of those of the task map. */
function open(size: number, options: Partial<PoolOptions> = {}) {
  const pool = createPool({ transport: nodeTransport(entry), size, onWorkerLost: (r) => lost.push(r), ...options })
  pools.push(pool)
  const run = pool.run as unknown as (task: string, input: unknown, options?: RunOptions) => Promise<unknown>
  return { pool, order: (input: unknown, options?: RunOptions) => run('correct', input, options) }
}

describe('pool', () => {
  it('carries typed arrays both ways', async () => {
    const { order } = open(1)
    const value = { floats: Float32Array.of(1.5, -0), ints: Int32Array.of(-1), bytes: Uint8Array.of(255) }
    expect(await order({ do: 'echo', value })).toEqual(value)
  })

  it('sends no more of an array than its view', async () => {
    const { order } = open(1)
    const answer = (await order({ do: 'echo', value: new Float32Array(1000).fill(7).subarray(3, 5) })) as Float32Array
    expect([...answer]).toEqual([7, 7])
  })

  it('starts processes only for work, and no more than its size', async () => {
    const transport = nodeTransport(entry)
    let started = 0
    const counting = { spawn: () => (started++, transport.spawn()) }
    const { order } = open(2, { transport: counting })
    expect(started).toBe(0)
    await order({ do: 'echo' })
    expect(started).toBe(1)
    const naps = await Promise.all([1, 2, 3, 4].map((value) => order({ do: 'sleep', milliseconds: 50, value })))
    expect(naps).toEqual([1, 2, 3, 4])
    expect(started).toBe(2)
  })

  it('redoes the task of a process that was killed in its middle', async () => {
    const { order } = open(1)
    expect(await order({ do: 'die-once', file: join(folder, 'died'), value: 42 })).toBe(42)
    expect(lost).toEqual(['killed by SIGKILL'])
  })

  it('gives a task up after three lost workers, says what it was, and goes on', async () => {
    const { order } = open(1)
    const error = await order({ do: 'die' }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(FixativeError)
    expect(error).toMatchObject({ code: 'worker-lost', message: expect.stringContaining('"correct"') as string })
    expect((error as Error).message).toContain('SIGABRT')
    expect(lost).toHaveLength(3)
    expect(await order({ do: 'echo', value: 1 })).toBe(1)
  })

  it('kills a process that does not answer for too long, and goes on with another', async () => {
    // The next process has to start within it as well, on a busy machine.
    const { order } = open(1, { patience: 10_000 })
    await expect(order({ do: 'block', milliseconds: 3_600_000 })).rejects.toMatchObject({
      code: 'worker-stuck',
      message: expect.stringContaining('"correct"') as string,
    })
    expect(await order({ do: 'echo', value: 1 })).toBe(1)
  })

  it('ends a process with an unhandled rejection and names it', async () => {
    const { order } = open(1, { attempts: 1 })
    await expect(order({ do: 'throw-later' })).rejects.toMatchObject({
      message: expect.stringContaining('exit code 1: nobody caught this') as string,
    })
  })

  it('keeps an error to its own task', async () => {
    const { order } = open(1)
    const results = await Promise.allSettled([order({ do: 'fail' }), order({ do: 'echo', value: 'next' })])
    expect(results[0]).toMatchObject({ reason: { code: 'test-failure', hint: 'Remove it.' } })
    expect(results[1]).toMatchObject({ value: 'next' })
    expect(lost).toEqual([])
  })

  it('keeps the order of calls, but higher priorities first', async () => {
    const { pool, order } = open(1)
    const file = join(folder, 'log')
    pool.pause()
    const work = [
      order({ do: 'log', file, value: 'a' }),
      order({ do: 'log', file, value: 'b' }),
      order({ do: 'log', file, value: 'first' }, { priority: 1 }),
    ]
    pool.resume()
    await Promise.all(work)
    expect(readFileSync(file, 'utf8')).toBe('first\na\nb\n')
  })

  it('starts nothing while paused', async () => {
    const { pool, order } = open(1)
    await order({ do: 'echo' })
    pool.pause()
    let done = false
    const work = order({ do: 'echo' }).then(() => (done = true))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(done).toBe(false)
    pool.resume()
    await work
  })

  it('drops aborted tasks from the queue at once', async () => {
    const { pool, order } = open(1)
    pool.pause()
    const controller = new AbortController()
    const work = order({ do: 'echo' }, { signal: controller.signal })
    controller.abort(new Error('cancelled'))
    await expect(work).rejects.toThrow('cancelled')
  })

  it('lets an aborted task end by itself when it is quick, and keeps its process', async () => {
    const { order } = open(1)
    const pid = await order({ do: 'pid' })
    const controller = new AbortController()
    const work = order({ do: 'sleep', milliseconds: 100 }, { signal: controller.signal })
    controller.abort(new Error('cancelled'))
    await expect(work).rejects.toThrow('cancelled')
    expect(await order({ do: 'pid' })).toBe(pid)
  })

  it('kills the process of an aborted task that does not end, and does not call it lost', async () => {
    const { order } = open(1, { abortGrace: 100 })
    const pid = await order({ do: 'pid' })
    const controller = new AbortController()
    const started = Date.now()
    const work = order({ do: 'block', milliseconds: 30_000 }, { signal: controller.signal })
    controller.abort(new Error('cancelled'))
    await expect(work).rejects.toThrow('cancelled')
    expect(Date.now() - started).toBeLessThan(5000)
    expect(lost).toEqual([])
    expect(await order({ do: 'pid' })).not.toBe(pid)
  })

  it('refuses work once closed, and rejects what was queued or running', async () => {
    const { pool, order } = open(1)
    const work = [order({ do: 'block', milliseconds: 30_000 }), order({ do: 'echo' })]
    const settled = Promise.allSettled(work)
    await pool.close()
    for (const result of await settled) expect(result).toMatchObject({ reason: { code: 'pool-closed' } })
    await expect(order({ do: 'echo' })).rejects.toMatchObject({ code: 'pool-closed' })
  })

  it('reports a program that cannot start', async () => {
    const { order } = open(1, { transport: nodeTransport(new URL('./no-such-file.js', import.meta.url)) })
    await expect(order({ do: 'echo' })).rejects.toMatchObject({ code: 'worker-lost' })
  })
})

describe('exitReason', () => {
  it('names the signal, or the code, with the error that stderr tells of', () => {
    expect(exitReason(null, 'SIGKILL', '')).toBe('killed by SIGKILL')
    expect(exitReason(134, null, 'loading\nout of luck\n\n')).toBe('exit code 134: out of luck')
    const report =
      "a.js:1\n  throw e\n  ^\n\nTypeError [ERR_A]: no such thing\n    at b (a.js:1) {\n  code: 'ERR_A'\n}\n\nNode.js v20.19.0\n"
    expect(exitReason(1, null, report)).toBe('exit code 1: TypeError [ERR_A]: no such thing')
    const heap = 'FATAL ERROR: Reached heap limit\n----- Native stack trace -----\n 1: 0xb76db1 node::Abort()\n'
    expect(exitReason(null, 'SIGABRT', heap)).toBe('killed by SIGABRT: FATAL ERROR: Reached heap limit')
  })

  it('of a worker that really dies says what it threw', async () => {
    const dying = new URL('./no-such-file.js', import.meta.url)
    const reason = await new Promise<string>((done) => nodeTransport(dying).spawn().onExit(done))
    expect(reason).toMatch(/^exit code 1: Error: Cannot find module .*no-such-file\.js/)
  })
})
