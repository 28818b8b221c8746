import { fork } from 'node:child_process'
import { cpSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import { programFile } from '../../test/support/programs.js'
import type { JobEvent, Stage } from '../core/job-events.js'
import { Bench, drawCollection, snapshot } from '../../test/support/collection.js'
import { verify } from '../certificates/verify-folder.js'

const PROGRAM = programFile('job')

let bench: Bench
let undisturbed: unknown

/** Runs the job in a process of its own; kills it, with SIGKILL, at the first event that `when` accepts. */
async function runJob(output: string, home: string, when?: (event: JobEvent) => boolean): Promise<JobEvent[]> {
  const events: JobEvent[] = []
  const child = fork(PROGRAM, [bench.input, output, home, '2'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('message', (event) => {
    events.push(event as JobEvent)
    if (when?.(event as JobEvent)) child.kill('SIGKILL')
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code).toBe(when ? null : 0)
  return events
}

/** The certificate but for the signer's key and what hangs on the folder: scores, files, private commitments. */
function claims(output: string): unknown {
  const { predicate, subject } = openEnvelope(readFileSync(join(output, 'fixative-certificate.json'))).statement
  return { ...predicate, issuer: null, subject }
}

const at =
  (stage: Stage, done = 0) =>
  (event: JobEvent) =>
    done === 0
      ? event.type === 'stage' && event.stage === stage
      : event.type === 'progress' && event.stage === stage && event.done >= done

beforeAll(async () => {
  bench = new Bench()
  await drawCollection(bench.input, { a: 9, b: 9 })
  await runJob(bench.output, join(bench.root, 'home'))
  undisturbed = claims(bench.output)
}, 120_000)
afterAll(() => bench.close())

describe('a killed job', () => {
  it.each([
    ['thumbnails', at('thumbnails', 4)],
    ['learn, after a round', at('learn', 1)],
    ['export, after some files', at('export', 5)],
    ['certify, among the draws', at('certify', 80)],
  ])(
    'ends with the same certificate when it is run again: %s',
    async (name, when) => {
      const folder = join(bench.root, name.replaceAll(/\W/g, '-'))
      const [output, home] = [join(folder, 'out'), join(folder, 'home')]
      await runJob(output, home, when)
      const events = await runJob(output, home)
      expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'resumed' }))
      expect(claims(output)).toEqual(undisturbed)
      expect((await verify(output, { ring: EMPTY_RING })).ok).toBe(true)
      expect(readdirSync(output).sort()).toEqual(['a', 'b', 'fixative-certificate.json', 'fixative-report.html'])
    },
    120_000,
  )

  it('does not write the same picture twice', async () => {
    const folder = join(bench.root, 'again')
    const [output, home] = [join(folder, 'out'), join(folder, 'home')]
    await runJob(output, home, at('sign'))
    const written = snapshot(output)
    const events = await runJob(output, home)
    const exported = events.filter((event) => event.type === 'progress' && event.stage === 'export')
    expect(exported.map((event) => event.type === 'progress' && event.done)).toEqual([18])
    expect(claims(output)).toEqual(undisturbed)
    expect(snapshot(output)).toMatchObject(
      Object.fromEntries(Object.entries(written).filter(([name]) => name.endsWith('.png'))),
    )
  }, 120_000)

  it('starts anew when the folder has changed meanwhile', async () => {
    const folder = join(bench.root, 'changed')
    const [output, home] = [join(folder, 'out'), join(folder, 'home')]
    await runJob(output, home, at('export', 5))
    cpSync(join(bench.input, 'a', 'picture 0.png'), join(bench.input, 'a', 'zz.png'))
    const events = await runJob(output, home)
    expect(events).not.toContainEqual(expect.objectContaining({ code: 'resumed' }))
    expect((await verify(output, { ring: EMPTY_RING })).ok).toBe(true)
  }, 120_000)
})
