/** Jobs on a device: one that is lost on the way, one that is not there, and WebGPU on a software adapter. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { noSoftwareAdapter, softwareAdapter } from '../../test/support/software-adapter.js'
import { programUrl } from '../../test/support/programs.js'
import { createPool } from '../workers/pool.js'
import { nodeTransport } from '../workers/transport.js'
import type { Device } from './compute.js'
import type { JobEvent } from '../core/job-events.js'
import type { JobContext } from './job.js'
import { readProgress } from './journal.js'
import { protect } from './protect.js'
import { recertify } from './recertify.js'
import { Bench, QUICK, drawCollection } from '../../test/support/collection.js'

vi.setConfig({ testTimeout: 600_000 })

const EFFORT = { rounds: 1, warmUp: 0, fitSteps: 2, roundSteps: 1, batchSize: 16 }
const WORKER = programUrl('worker')
const before = { ...process.env }

let bench: Bench
let opened: Device | undefined
beforeEach(async () => {
  bench = new Bench()
  await drawCollection(bench.input, { a: 9, b: 9 })
})
afterEach(async () => {
  await opened?.pool.close()
  opened = undefined
  await bench.close()
  process.env = { ...before }
})

function device(entry: URL): Device {
  const pool = createPool({ transport: nodeTransport(entry), size: 1, attempts: 2 })
  return (opened = { engine: 'webgpu', name: 'Test card', pool })
}

/** Runs the job and gives what its certificate says of the files and the classifiers. */
async function run(name: string, more: Partial<JobContext> = {}, settings = QUICK) {
  const events: JobEvent[] = []
  const context = bench.context(2, { effort: EFFORT, onEvent: (event) => events.push(event), ...more })
  const output = join(bench.root, name)
  const { jobId } = await protect({ input: bench.input, output, settings, jobId: name }, context)
  const { statement } = openEnvelope(readFileSync(join(output, 'fixative-certificate.json')))
  const { certification } = statement.predicate
  return { events, output, context, jobId, certification: certification!, subject: statement.subject }
}

const of = <T extends JobEvent['type']>(events: readonly JobEvent[], type: T) =>
  events.filter((event): event is Extract<JobEvent, { type: T }> => event.type === type)

describe('a job whose device is lost', () => {
  it.each([
    ['dies', 'crash', /SIGKILL/],
    ['fails', 'error', /./],
  ] as const)(
    'goes on with the processor when the device %s, and ends with the same result',
    async (_, how, reason) => {
      const undisturbed = await run('undisturbed')
      const file = join(bench.root, 'tasks')
      process.env['FIXATIVE_TEST_DEVICE'] = JSON.stringify({ file, tasks: 4, how })
      if (how === 'error') Object.assign(process.env, { VK_ICD_FILENAMES: '/nowhere.json' })
      const lost = await run('lost', { device: device(new URL('../../test/support/device.ts', import.meta.url)) })
      expect(readFileSync(file, 'utf8')).toBe('....')
      expect(lost.certification).toEqual(undisturbed.certification)
      expect(lost.subject).toEqual(undisturbed.subject)
      expect(of(lost.events, 'device')).toEqual([
        { type: 'device', engine: 'webgpu', name: 'Test card' },
        { type: 'device', engine: 'cpu', name: 'processor' },
      ])
      const [warning, ...others] = of(lost.events, 'warning')
      expect(others).toEqual([])
      expect(warning).toMatchObject({ code: 'device-lost', hint: expect.stringMatching(/\S/) as string })
      expect(warning!.message).toMatch(/^Test card cannot be used: .*The job goes on with the processor\.$/)
      expect(warning!.message).toMatch(reason)
      const { devices } = await readProgress(bench.storage.job(lost.jobId))
      expect([...devices]).toEqual(['Test card'])
    },
  )
})

describe('a job on WebGPU', () => {
  it('says that there is no adapter, and computes on the processor', async () => {
    process.env['VK_ICD_FILENAMES'] = join(bench.root, 'no-driver.json')
    const { events, certification } = await run('without', { device: device(WORKER) })
    expect(of(events, 'warning').map(({ code }) => code)).toEqual(['device-lost'])
    expect(of(events, 'warning')[0]!.message).toContain('No graphics card that WebGPU can use was found.')
    expect(certification.draws).toBe(QUICK.draws)
  })

  it.skipIf(noSoftwareAdapter)(
    `comes to the verdict of the processor, on a software adapter (${noSoftwareAdapter})`,
    async () => {
      // Few draws that still certify something.
      const settings = { ...QUICK, draws: 4, q: 0.5, confidence: 0.6 }
      const cpu = await run('cpu', {}, settings)
      Object.assign(process.env, softwareAdapter())
      const gpu = await run('gpu', { device: device(WORKER) }, settings)
      expect(of(gpu.events, 'warning')).toEqual([])
      expect(of(gpu.events, 'device')).toEqual([{ type: 'device', engine: 'webgpu', name: 'Test card' }])
      expect(gpu.certification.verdict).toBe(cpu.certification.verdict)
      expect(gpu.certification.headline.protectedAtMost).not.toBeNull()
      for (const name of ['protected', 'control'] as const) {
        gpu.certification[name].correct.forEach((score, i) => {
          expect(Math.abs(score - cpu.certification[name].correct[i]!)).toBeLessThanOrEqual(1)
        })
      }
      // The processor, asked afterwards, finds the same scores.
      const { checks } = await recertify(gpu.output, gpu.context)
      expect(checks.filter(({ ok }) => !ok)).toEqual([])
    },
  )
})
