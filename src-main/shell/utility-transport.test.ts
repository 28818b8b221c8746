import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ThumbnailReport, ThumbnailRequest } from '../images/types.js'
import * as fake from '../../test/support/fakes/electron.js'
import type { WorkAnswer } from '../workers/protocol.js'
import type { WorkerHandle } from '../workers/transport.js'
import { utilityTransport } from './utility-transport.js'

/** The worker's real program, run from source. */
const ENTRY = fileURLToPath(new URL('../workers/entry.ts', import.meta.url))

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'fixative-utility-'))))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(fake.resetElectron)

const answer = (worker: WorkerHandle): Promise<WorkAnswer> =>
  new Promise((resolve, reject) => {
    worker.onMessage((message) => resolve(message as WorkAnswer))
    worker.onExit((reason) => reject(new Error(reason)))
  })
const exit = (worker: WorkerHandle): Promise<string> => new Promise((resolve) => worker.onExit(resolve))
const script = (name: string, text: string): string => {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, text)
  return path
}

it('runs the real worker: a real task in a real process, and nothing is left of it after a kill', async () => {
  const image = join(folder, 'red.png')
  await sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 255, g: 0, b: 0 } } }).toFile(image)
  const worker = utilityTransport(ENTRY).spawn()
  const answered = answer(worker)
  const exited = exit(worker)
  const input: ThumbnailRequest = { sources: [image], resolution: 32 }
  worker.post({ id: 7, task: 'thumbnails', input })
  const message = await answered
  expect(message).toMatchObject({ id: 7 })
  if (!('output' in message)) throw new Error(message.error.message)
  const [item] = (message.output as ThumbnailReport).items
  if (item?.ok !== true) throw new Error(item?.reason)
  expect(item).toMatchObject({ width: 40, height: 30, format: 'png' })
  // Channel-first: a plane of red, then two of nothing.
  expect(item.pixels).toEqual(new Uint8Array(3 * 32 * 32).fill(255, 0, 32 * 32))
  expect(fake.utilityProcess.forked).toEqual([
    { path: ENTRY, options: { serviceName: 'Fixative worker', stdio: ['ignore', 'ignore', 'pipe'] } },
  ])

  const pid = worker.pid!
  worker.kill()
  expect(await exited).toBe('ended by Fixative')
  expect(() => process.kill(pid, 0)).toThrow()
  expect(worker.pid).toBeUndefined()
  // Lost without a sound, as the transport's type promises.
  worker.post({ id: 8, task: 'thumbnails', input: {} })
  worker.kill()
})

it('a killed worker does not hold up the next one', async () => {
  const path = script('echo', 'process.parentPort.on("message", (e) => process.parentPort.postMessage(e.data))')
  const transport = utilityTransport(path)
  const first = transport.spawn()
  const exited = exit(first)
  first.kill()
  await exited
  const second = transport.spawn()
  const answered = answer(second)
  const sent = { id: 1, delta: new Float32Array([0.5, -0.25]), items: new Int32Array([3]) }
  second.post(sent)
  expect(await answered).toEqual(sent)
  second.kill()
  await exit(second)
})

it('ends a worker that is busy in native code or a loop at once', async () => {
  const path = script('busy', 'process.on("SIGTERM", () => {}); process.parentPort.postMessage("on"); for (;;);')
  const worker = utilityTransport(path).spawn()
  await answer(worker)
  const exited = exit(worker)
  const start = performance.now()
  worker.kill()
  await exited
  expect(performance.now() - start).toBeLessThan(1_000)
})

it('says why a worker died by itself', async () => {
  const path = script(
    'dies',
    'console.error("the model file is cut short"); process.exitCode = 3; process.disconnect()',
  )
  expect(await exit(utilityTransport(path).spawn())).toBe('exit code 3: the model file is cut short')
})
