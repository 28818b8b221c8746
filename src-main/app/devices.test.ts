import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import type { WorkAnswer, WorkRequest } from '../workers/protocol.js'
import type { TaskInput, TaskOutput } from '../workers/tasks.js'
import type { WorkerHandle, WorkerTransport } from '../workers/transport.js'
import { deviceList, Devices, type DevicesOptions, partialList } from './devices.js'

type Answer =
  | { name: string; software: boolean; speed: number }
  | { code: string; message: string; hint: string }
  /** A driver that never answers. */
  | 'silence'

/** Workers of a machine with these devices; the measuring itself is tested on real engines (compute.test.ts). */
class Machine implements WorkerTransport {
  measured: string[] = []
  constructor(private readonly devices: Record<string, Answer>) {}

  spawn(): WorkerHandle {
    let tell: (message: unknown) => void = () => undefined
    let exit: (reason: string) => void = () => undefined
    return {
      pid: 1,
      onMessage: (listener) => (tell = listener),
      onExit: (listener) => (exit = listener),
      kill: () => queueMicrotask(() => exit('killed by SIGKILL')),
      post: (message) => {
        const { id, input } = message as WorkRequest
        const { engine } = input as TaskInput<'measure'>
        this.measured.push(engine)
        const device = this.devices[engine]!
        if (device === 'silence') return
        const answer: WorkAnswer = 'code' in device ? { id, error: device } : { id, output: rates(device) }
        queueMicrotask(() => tell(answer))
      },
    }
  }
}

const rates = ({ speed, ...device }: { name: string; software: boolean; speed: number }): TaskOutput<'measure'> => ({
  ...device,
  train: speed,
  gradient: speed,
  evaluate: speed,
})

const processor = { name: 'CPU (test)', software: false, speed: 1000 }
const none = { code: 'no-adapter', message: 'No graphics card was found.', hint: 'Update the driver.' }
let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fixative-devices-'))))
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function devices(machine: Machine, options: Partial<DevicesOptions> = {}): Devices {
  return new Devices({ folder, transport: machine, version: '1.0.0', ...options })
}

describe('devices', () => {
  it('auto takes the fastest, once it is measured', async () => {
    const card = { name: 'Card', software: false, speed: 50_000 }
    const found = devices(new Machine({ cpu: processor, webgpu: card, cuda: none }))
    await found.measure()
    expect(await found.choose('auto')).toEqual({ engine: 'webgpu', name: 'Card' })
    expect(await found.choose('cpu')).toBeNull()
    expect(await found.choose('cuda')).toMatchObject({ engine: 'cuda' })
  })

  it('auto stays on the processor beside a slower card, and beside one that is only imitated', async () => {
    const slow = { name: 'Old card', software: false, speed: 10 }
    const imitated = { name: 'SwiftShader', software: true, speed: 1e6 }
    const found = devices(new Machine({ cpu: processor, webgpu: imitated, cuda: slow }))
    const list = deviceList(await found.measure(), 1500, DEFAULT_SETTINGS)
    expect(await found.choose('auto')).toBeNull()
    expect(list.map(({ engine, chosen }) => [engine, chosen])).toEqual([
      ['cpu', true],
      ['webgpu', false],
      ['cuda', false],
    ])
  })

  it('gives the reason of a device that cannot be used, and no time', async () => {
    const found = devices(new Machine({ cpu: processor, webgpu: none, cuda: none }))
    const [cpu, webgpu] = deviceList(await found.measure(), 1500, DEFAULT_SETTINGS)
    expect(webgpu).toMatchObject({ available: false, seconds: null })
    expect(webgpu!.reason).toBe('No graphics card was found. Update the driver.')
    expect(cpu!.seconds).toBeGreaterThan(0)
    const larger = deviceList(await found.measure(), 6000, DEFAULT_SETTINGS)[0]!
    expect(larger.seconds!).toBeGreaterThan(cpu!.seconds!)
  })

  it('a card whose driver hangs is given up, and the others are measured all the same', async () => {
    const machine = new Machine({ cpu: processor, webgpu: 'silence', cuda: none })
    const { devices: measured } = await devices(machine, { patience: 50 }).measure()
    expect(measured.map(({ engine, available }) => [engine, available])).toEqual([
      ['cpu', true],
      ['webgpu', false],
      ['cuda', false],
    ])
    expect(measured[1]).toMatchObject({ reason: expect.stringContaining('did not answer') as string })
  })

  it('measures once at a time, and keeps what it found for the next start', async () => {
    const machine = new Machine({ cpu: processor, webgpu: none, cuda: none })
    const found = devices(machine)
    expect(await found.stored()).toBeNull()
    const [first, second] = await Promise.all([found.measure(), found.measure()])
    expect(second).toBe(first)
    expect(machine.measured).toEqual(['cuda', 'webgpu', 'cpu'])
    expect(await devices(machine).stored()).toEqual(first)
  })

  it('does not trust a measurement that is old, of the future, of another version or damaged', async () => {
    const machine = new Machine({ cpu: processor, webgpu: none, cuda: none })
    const at = new Date('2026-01-01')
    await devices(machine, { now: () => at }).measure()
    const later = (days: number) => devices(machine, { now: () => new Date(at.getTime() + days * 86_400_000) })
    expect(await later(29).stored()).not.toBeNull()
    expect(await later(31).stored()).toBeNull()
    expect(await later(-1).stored()).toBeNull()
    expect(await devices(machine, { now: () => at, version: '2.0.0' }).stored()).toBeNull()
    const file = join(folder, 'devices.json')
    expect(existsSync(file)).toBe(true)
    writeFileSync(file, readFileSync(file, 'utf8').replace('1000', '-1000'))
    expect(await later(1).stored()).toBeNull()
  })

  it('tells how far a measurement is, and lists what it has found so far', async () => {
    const machine = new Machine({ cpu: processor, webgpu: none, cuda: none })
    const seen: string[] = []
    const found: Devices = devices(machine, { onChange: () => seen.push(found.progress?.now ?? 'end') })
    const measured = found.measure()
    const list = partialList(found.progress!, 100, DEFAULT_SETTINGS)
    expect(list.map(({ engine, measuring }) => [engine, measuring])).toEqual([
      ['cpu', false],
      ['webgpu', false],
      ['cuda', true],
    ])
    expect(list.filter(({ available }) => available).map(({ engine }) => engine)).toEqual(['cpu'])
    await measured
    expect(seen).toEqual(['cuda', 'webgpu', 'cpu', 'end'])
  })

  it('a job that begins ends a measurement, which is not kept', async () => {
    const found = devices(new Machine({ cpu: processor, webgpu: 'silence', cuda: none }))
    const refused = expect(found.measure()).rejects.toMatchObject({ code: 'interrupted' })
    await expect.poll(() => found.progress?.now).toBe('webgpu')
    expect(await found.choose('cpu')).toBeNull()
    await refused
    expect(found.progress).toBeNull()
    expect(await found.stored()).toBeNull()
  })
})
