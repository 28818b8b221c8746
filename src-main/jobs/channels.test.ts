import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvelope } from '../core/certificate/dsse.js'
import { EMPTY_RING } from '../core/certificate/signers.js'
import presets from '../core/channels.json' with { type: 'json' }
import { type Settings } from '../core/settings.js'
import { readChannels } from './own-channels.js'
import type { JobContext } from './job.js'
import { protect } from './protect.js'
import { recertify } from './recertify.js'
import { Bench, QUICK, drawCollection } from '../../test/support/collection.js'
import { verify } from '../certificates/verify-folder.js'

let bench: Bench
let home: string
beforeEach(() => {
  bench = new Bench()
  home = bench.storage.root
  mkdirSync(home, { recursive: true })
})
afterEach(() => bench.close())

/** A channel of the user: Instagram for very small pictures. */
function writeSmall(maxWidth: number): void {
  const figure = (value: number) => ({ value, source: 'assumed', date: '2026-01-01', note: 'For a test.' })
  const small = structuredClone(presets.instagram) as unknown as Record<'exported' | 'served', Record<string, unknown>>
  small.exported['maxWidth'] = figure(maxWidth)
  small.served['quality'] = figure(20)
  writeFileSync(join(home, 'channels.json'), JSON.stringify({ small }))
}
const run = (context: JobContext, more: Partial<Settings> = {}) =>
  protect({ input: bench.input, settings: { ...QUICK, channel: 'small', ...more } }, context)

describe('a job for a publishing channel', () => {
  it('exports for it, certifies what it serves, and can be verified and recomputed', async () => {
    writeSmall(24)
    await drawCollection(bench.input, { a: 9, b: 9 })
    const context = bench.context()
    await run(context)
    expect(await sharp(join(bench.output, 'a', 'picture 0.jpg')).metadata()).toMatchObject({
      width: 24,
      format: 'jpeg',
    })
    const { predicate } = openEnvelope(readFileSync(join(bench.output, 'fixative-certificate.json'))).statement
    expect(predicate.channel).toMatchObject({
      name: 'small',
      exported: { maxWidth: 24, format: 'jpeg', metadata: 'rights' },
      served: { quality: 20, chromaSubsampling: '4:2:0' },
    })
    expect(predicate.certification?.testImages).toBe(4)
    expect(predicate.limits.join(' ')).toContain('was imitated')
    const report = readFileSync(join(bench.output, 'fixative-report.html'), 'utf8')
    expect(report).toContain('Where the pictures are published')
    expect(report).toContain('as JPEG of quality 20')
    expect((await verify(bench.output, { ring: EMPTY_RING })).ok).toBe(true)
    // The file may be edited at any time: the certificate has the figures.
    writeSmall(30)
    const again = await recertify(bench.output, context)
    expect(again.checks.filter(({ ok }) => !ok)).toEqual([])
  }, 300_000)

  it('goes on with the figures it began with, and starts anew when they were edited', async () => {
    writeSmall(24)
    await drawCollection(bench.input, { a: 9, b: 9 })
    const context = bench.context()
    const stop = new AbortController()
    const stopping: JobContext = {
      ...context,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'progress' && event.stage === 'export' && event.done >= 3) stop.abort(new Error('stopped'))
      },
    }
    await expect(run(stopping, { certify: false })).rejects.toThrow('stopped')
    await run(context, { certify: false })
    expect(bench.events).toContainEqual(expect.objectContaining({ code: 'resumed' }))

    bench.events.length = 0
    writeSmall(28)
    await run(context, { certify: false })
    expect(bench.events).not.toContainEqual(expect.objectContaining({ code: 'resumed' }))
    expect(await sharp(join(bench.output, 'b', 'picture 3.jpg')).metadata()).toMatchObject({ width: 28 })
  }, 300_000)

  it('names the channels when there is none of that name', async () => {
    await drawCollection(bench.input, { a: 1 })
    await expect(run(bench.context())).rejects.toMatchObject({
      code: 'unknown-channel',
      message: 'There is no channel "small".',
      hint: 'The channels are web, instagram, x, bluesky, archive.',
    })
  })
})

describe('channels of the user', () => {
  it('are added, or replace those of the same name', async () => {
    const { web, archive } = structuredClone(presets)
    writeFileSync(join(home, 'channels.json'), JSON.stringify({ web: { ...web, title: 'Blog' }, mine: archive }))
    expect((await readChannels(home)).map(({ name, title }) => [name, title])).toEqual([
      ['web', 'Blog'],
      ['instagram', 'Instagram'],
      ['x', 'X'],
      ['bluesky', 'Bluesky'],
      ['archive', 'Archive'],
      ['mine', 'Archive'],
    ])
  })

  it.each([
    ['no JSON', '{"web"'],
    ['no channels', '[]'],
    ['a wrong figure', JSON.stringify({ web: { ...presets.web, served: 7 } })],
  ])('that are %s are refused in a sentence that names the file', async (_, text) => {
    writeFileSync(join(home, 'channels.json'), text)
    await expect(readChannels(home)).rejects.toMatchObject({
      code: 'channels-invalid',
      message: expect.stringContaining(join(home, 'channels.json')) as string,
    })
  })
})
