import { describe, expect, it } from 'vitest'
import { CHANNELS, exportSentence, parseChannels, servedSentence } from './channels.js'
import presets from './channels.json' with { type: 'json' }

describe('the channels that come with Fixative', () => {
  it('are these', () => {
    expect(CHANNELS.map(({ name }) => name)).toEqual(['web', 'instagram', 'x', 'bluesky', 'archive'])
  })

  it('serve what they are given, or less', () => {
    for (const { exported, served } of CHANNELS) {
      if (!served) continue
      expect(served.maxWidth).toBeLessThanOrEqual(exported.maxWidth!)
      expect(served.maxHeight).toBeLessThanOrEqual(exported.maxHeight!)
    }
  })

  it('say what they do', () => {
    const instagram = CHANNELS.find(({ name }) => name === 'instagram')!
    expect(exportSentence(instagram)).toBe(
      'Files at most 1080 × 1350 pixels, as JPEG of quality 95, colours 4:4:4, at most 8 MB, in sRGB.',
    )
    expect(servedSentence(instagram)).toBe(
      'Served at most 1080 × 1350 pixels, as JPEG of quality 75, colours 4:2:0, in sRGB, without metadata.',
    )
    const archive = CHANNELS.find(({ name }) => name === 'archive')!
    expect(exportSentence(archive)).toBe('Files at their own size, as PNG.')
    expect(servedSentence(archive)).toBe('Served as they are.')
  })
})

describe('parseChannels', () => {
  const { archive } = structuredClone(presets)
  const changed = (change: object) => ({ mine: { ...archive, exported: { ...archive.exported, ...change } } })

  it('takes a channel of the user', () => {
    const [mine] = parseChannels(
      changed({ maxWidth: { value: 800, source: 'https://example.org/', date: '2026-01-01' } }),
    )
    expect(mine).toMatchObject({ name: 'mine', exported: { maxWidth: 800, format: 'png' }, served: null })
  })

  it.each([
    ['a figure without a source', { maxWidth: { value: 800, date: '2026-01-01' } }],
    ['an assumed figure without a reason', { maxWidth: { value: 800, source: 'assumed', date: '2026-01-01' } }],
    ['a source that is no page', { maxWidth: { value: 800, source: 'somebody', date: '2026-01-01' } }],
    ['a size that is none', { maxWidth: { value: 0, source: 'https://example.org/', date: '2026-01-01' } }],
    ['a figure that does not exist', { maxDepth: archive.exported.maxWidth }],
    ['a format that does not exist', { format: { ...archive.exported.format, value: 'gif' } }],
  ])('refuses %s', (_, change) => {
    expect(() => parseChannels(changed(change))).toThrow()
  })

  it('refuses a name that could be anything else', () => {
    expect(() => parseChannels({ '../x': archive })).toThrow()
  })
})
