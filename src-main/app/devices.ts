/** What this machine can compute on, how fast each is, and which of them a job gets. */
import { ENGINES, type EngineName } from '../core/engine-names.js'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Device } from '../../src-shared/contract/index.js'
import { errorData, FixativeError } from '../core/errors.js'
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.js'
import type { Device as JobDevice } from '../jobs/compute.js'
import { createPool, type PoolOptions } from '../workers/pool.js'
import type { WorkerTransport } from '../workers/transport.js'
import { readJson, writeJson } from '../storage/json-file.js'
import { computeSeconds } from './workload.js'

/** The collection that times are given for when there is none. */
export const STANDARD_IMAGES = 1500
/** After so many days a measurement is repeated: drivers and cards change. */
const VALID_DAYS = 30
/** A device whose process dies this often during a task is given up. */
const ATTEMPTS = 2
/** Milliseconds after which a device that does not answer counts as stuck: while it is measured, and in a task. */
const MEASURE_PATIENCE = 180_000
const TASK_PATIENCE = 1_800_000

const rate = z.number().gt(0)
const deviceSchema = z.discriminatedUnion('available', [
  z.strictObject({
    engine: z.enum(ENGINES),
    available: z.literal(true),
    name: z.string(),
    software: z.boolean(),
    rates: z.strictObject({ train: rate, gradient: rate, evaluate: rate }),
  }),
  z.strictObject({
    engine: z.enum(ENGINES),
    available: z.literal(false),
    reason: z.string(),
    hint: z.string(),
  }),
])
const measurementSchema = z.strictObject({
  version: z.literal(1),
  /** Of Fixative, and the processor: a measurement of others does not count. */
  machine: z.string(),
  measuredAt: z.iso.datetime(),
  devices: z.array(deviceSchema),
})
export type Measurement = z.infer<typeof measurementSchema>
type Measured = z.infer<typeof deviceSchema>

const NAMES: Readonly<Record<EngineName, string>> = {
  cpu: 'Processor',
  webgpu: 'Graphics card (WebGPU)',
  cuda: 'NVIDIA graphics card (CUDA)',
}

/** What a measurement that is under way has found so far. */
interface Progress {
  readonly found: readonly Measured[]
  readonly now: EngineName
}

export interface DevicesOptions {
  readonly folder: string
  readonly transport: WorkerTransport
  /** Of Fixative. */
  readonly version: string
  /** Told when a measurement begins, has found more, or has ended. */
  readonly onChange?: () => void
  readonly now?: () => Date
  /** How long a device may take to be measured, milliseconds. */
  readonly patience?: number
}

export class Devices {
  readonly #file: string
  #measuring: Promise<Measurement> | undefined
  #interrupted = new AbortController()
  #latest: Measurement | null = null
  /** Null: nothing is being measured. */
  progress: Progress | null = null

  constructor(private readonly options: DevicesOptions) {
    this.#file = join(options.folder, 'devices.json')
  }

  /** What was measured on this machine not long ago; null: nothing. */
  async stored(): Promise<Measurement | null> {
    const known = this.#latest ?? measurementSchema.safeParse(await readJson(this.#file)).data
    if (known?.machine !== this.#machine()) return null
    const age = this.#now().getTime() - Date.parse(known.measuredAt)
    return age >= 0 && age < VALID_DAYS * 86_400_000 ? known : null
  }

  /**
   * Measures every device, a few seconds each, one after the other and each in a process of its own.
   *
   * @throws FixativeError `interrupted`
   */
  measure(): Promise<Measurement> {
    this.#measuring ??= this.#measureAll().finally(() => {
      this.#measuring = undefined
      this.progress = null
      this.options.onChange?.()
    })
    return this.#measuring
  }

  /** Gives up a measurement that is under way, because something else needs the machine, and waits for its end. */
  async interrupt(): Promise<void> {
    this.#interrupted.abort(new FixativeError('interrupted', 'The measurement was interrupted.', 'Measure again.'))
    await this.#measuring?.catch(() => undefined)
    this.#interrupted = new AbortController()
  }

  /**
   * What a job with this setting computes on: its engine and its name; null: the processor.
   * `auto` takes the fastest; a software adapter only by its name.
   */
  async choose(setting: Settings['engine']): Promise<Pick<JobDevice, 'engine' | 'name'> | null> {
    if (setting === 'auto') {
      const measurement = (await this.stored()) ?? (mayHaveDevice() ? await this.measure() : null)
      // Beside a job the times would come out too long, and the job would be held up.
      await this.interrupt()
      const fastest = measurement && fastestOf(measurement)
      return fastest && fastest.engine !== 'cpu' ? { engine: fastest.engine, name: fastest.name } : null
    }
    await this.interrupt()
    if (setting === 'cpu') return null
    const known = (await this.stored())?.devices.find(({ engine }) => engine === setting)
    return { engine: setting, name: known?.available ? known.name : NAMES[setting] }
  }

  async #measureAll(): Promise<Measurement> {
    const found: Measured[] = []
    for (const engine of ENGINES.toReversed()) {
      this.progress = { found: [...found], now: engine }
      this.options.onChange?.()
      found.push(await this.#measureOne(engine))
    }
    const measuredAt = this.#now().toISOString()
    const measurement: Measurement = { version: 1, machine: this.#machine(), measuredAt, devices: found.reverse() }
    this.#latest = measurement
    // One that cannot be kept is made again after the next start.
    await writeJson(this.#file, measurement).catch(() => undefined)
    return measurement
  }

  async #measureOne(engine: EngineName): Promise<Measured> {
    const { signal } = this.#interrupted
    const { transport, patience = MEASURE_PATIENCE } = this.options
    const pool = createPool({ transport, size: 1, attempts: 1, abortGrace: 0, patience })
    try {
      const { name, software, ...rates } = await pool.run('measure', { engine }, { signal })
      return { engine, available: true, name, software, rates }
    } catch (error) {
      signal.throwIfAborted()
      const { message, hint } = errorData(error)
      return { engine, available: false, reason: message, hint }
    } finally {
      await pool.close()
    }
  }

  #machine(): string {
    return [this.options.version, process.platform, cpus()[0]?.model.trim(), availableParallelism()].join(' | ')
  }

  #now(): Date {
    return this.options.now?.() ?? new Date()
  }
}

/** Seconds that a job computes on a device; null where that was not measured. */
function secondsOn(device: Measured, images: number, settings: Settings): number | null {
  if (!device.available) return null
  const lanes = device.engine === 'cpu' ? (settings.workers ?? availableParallelism()) : 1
  return computeSeconds(device.rates, lanes, images, settings)
}

function fastestOf({ devices }: Measurement, images = STANDARD_IMAGES, settings = DEFAULT_SETTINGS) {
  const usable = devices.filter((device) => device.available && !device.software)
  const time = (device: Measured): number => secondsOn(device, images, settings) ?? Infinity
  return usable.reduce<(Measured & { available: true }) | null>(
    (best, device) => (device.available && (!best || time(device) < time(best)) ? device : best),
    null,
  )
}

/** The devices of a measurement for a list, with the time for a collection of so many pictures. */
export function deviceList(measurement: Measurement, images: number, settings: Settings): Device[] {
  const fastest = fastestOf(measurement)
  return measurement.devices.map((device) => ({
    ...listed(device, images, settings),
    chosen: device.engine === fastest?.engine,
  }))
}

/** The devices while a measurement is under way. */
export function partialList({ found, now }: Progress, images: number, settings: Settings): Device[] {
  return unmeasuredList('').map((unmeasured) => {
    const device = found.find(({ engine }) => engine === unmeasured.engine)
    if (device) return listed(device, images, settings)
    return { ...unmeasured, measuring: unmeasured.engine === now, chosen: false }
  })
}

/** The devices while nothing has been measured: the processor is always there. */
export function unmeasuredList(reason: string): Device[] {
  const model = cpus()[0]?.model.trim() || NAMES.cpu
  return ENGINES.map((engine) => ({
    engine,
    name: engine === 'cpu' ? model : NAMES[engine],
    available: engine === 'cpu',
    software: false,
    measuring: false,
    reason: engine === 'cpu' ? '' : reason,
    seconds: null,
    chosen: engine === 'cpu',
  }))
}

function listed(device: Measured, images: number, settings: Settings): Device {
  return {
    engine: device.engine,
    name: device.available ? device.name : NAMES[device.engine],
    available: device.available,
    software: device.available && device.software,
    measuring: false,
    reason: device.available ? '' : `${device.reason} ${device.hint}`.trim(),
    seconds: secondsOn(device, images, settings),
    chosen: false,
  }
}

/** The chosen device with its one process, for a job. */
export async function openDevice(
  devices: Devices,
  setting: Settings['engine'],
  options: Omit<PoolOptions, 'size' | 'attempts'>,
): Promise<JobDevice | undefined> {
  const choice = await devices.choose(setting)
  return choice
    ? { ...choice, pool: createPool({ ...options, size: 1, attempts: ATTEMPTS, patience: TASK_PATIENCE }) }
    : undefined
}

/** Whether it is worth looking for a graphics card: on Linux one shows as a file. */
function mayHaveDevice(): boolean {
  if (process.platform !== 'linux') return true
  const render = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'))
  return render || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
}
