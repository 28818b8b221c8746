import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { HumanConsole, bar } from './console.js'
import { duration, listed, printable, shellWord } from './text.js'

function capture(isTTY: boolean) {
  const make = () => Object.assign(new PassThrough(), { isTTY, columns: 60 }) as unknown as NodeJS.WriteStream
  const [out, err] = [make(), make()]
  let clock = 0
  const text = (stream: NodeJS.WriteStream) => String((stream as unknown as PassThrough).read() ?? '')
  const human = new HumanConsole(out, err, () => clock)
  return { human, out: () => text(out), err: () => text(err), wait: (ms: number) => (clock += ms) }
}

describe('HumanConsole', () => {
  it('writes one line a stage where there is no terminal', () => {
    const { human, err, wait } = capture(false)
    human.event({ type: 'stage', stage: 'export', title: 'Writing the pictures' })
    for (let done = 0; done <= 400; done += 50) {
      wait(1000)
      human.event({ type: 'progress', stage: 'export', done, total: 400, unit: 'picture', etaSeconds: 3 })
    }
    human.event({ type: 'stage', stage: 'sign', title: 'Signing' })
    wait(400)
    human.finish()
    expect(err()).toBe('✓ Writing the pictures (400 pictures, 9 s)\n✓ Signing (0 s)\n')
  })

  it('redraws one line on a terminal, never wider than it', () => {
    const { human, err, wait } = capture(true)
    human.event({ type: 'stage', stage: 'learn', title: 'Learning the noise' })
    wait(200)
    human.event({ type: 'progress', stage: 'learn', done: 5, total: 10, unit: 'round', etaSeconds: 75 })
    const text = err()
    expect(text).not.toContain('\n')
    // eslint-disable-next-line no-control-regex
    for (const line of text.split(/\r\u001b\[2K/)) expect(line.length).toBeLessThan(60)
    expect(text).toContain(bar(5, 10))
    expect(text).toContain(' 50 %')
  })

  it('shows warnings and the first ten skipped files at the end, with control characters made visible', () => {
    const { human, err } = capture(false)
    human.event({ type: 'warning', code: 'x', message: 'Few pictures.', hint: 'Add some.' })
    for (let i = 0; i < 12; i++) human.event({ type: 'skipped', path: `a\u001b[31m${i}.png`, reason: 'is truncated' })
    human.finish()
    const text = err()
    expect(text).toContain('Warning: Few pictures. Add some.')
    expect(text).toContain('Left out 12 files:')
    expect(text).toContain('  a\\u001b[31m9.png: is truncated')
    expect(text).not.toContain('10.png')
    expect(text).toContain('… and 2 more')
    expect(text).not.toContain('\u001b')
  })

  it('tells an error in a sentence and a hint', () => {
    const { human, err, out } = capture(false)
    human.error({ code: 'x', message: 'The folder "a\nb" is empty.', hint: 'Choose another.' })
    expect(err()).toBe('fixative: The folder "a\\u000ab" is empty.\n  Choose another.\n')
    expect(out()).toBe('')
  })
})

describe('text', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [125, '2 min 5 s'],
    [3600, '1 h'],
    [4810, '1 h 20 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it('quotes paths for a shell', () => {
    expect(shellWord('/a/b-1.png')).toBe('/a/b-1.png')
    expect(shellWord("/a b/it's")).toBe(`'/a b/it'\\''s'`)
    expect(shellWord('-rf')).toBe(`'-rf'`)
  })

  it('keeps letters of every script and makes direction overrides visible', () => {
    expect(printable('été 猫 😀')).toBe('été 猫 😀')
    expect(printable('a\u202egnp.exe')).toBe('a\\u202egnp.exe')
    expect(printable('a\u200f\u200bb\ufeff')).toBe('a\\u200f\\u200bb\\ufeff')
    expect(printable('👩‍🎨.png')).toBe('👩‍🎨.png')
  })

  it('lists no more than it should', () => {
    expect(listed(['a', 'b'], 2, '')).toBe('a\nb')
    expect(listed(['a', 'b', 'c'], 2, '')).toBe('a\nb\n… and 1 more')
  })
})
