import { describe, expect, it } from 'vitest'
import { SETTING_FIELDS } from './setting-fields.js'
import { DEFAULT_SETTINGS, settingWords, settingsSchema } from './settings.js'

const field = (name: string) => SETTING_FIELDS.find((each) => each.name === name)

describe('settings', () => {
  it.each(Object.keys(DEFAULT_SETTINGS))('%s has words, and a form that shows it', (name) => {
    const words = settingWords.get(settingsSchema.shape[name as keyof typeof settingsSchema.shape])
    expect(words, `${name}: register it with settingWords in core/settings.ts`).toBeDefined()
    expect(words!.label).toMatch(/^[A-Z]/)
    expect(words!.help).toMatch(/^[a-z]/)
    if (DEFAULT_SETTINGS[name as keyof typeof DEFAULT_SETTINGS] === null) expect(words!.none).toMatch(/./)
    const shown = field(name)!
    if (shown.kind === 'choice' && shown.window === 'advanced') {
      expect(Object.keys(shown.choices ?? {}), 'each choice has a name').toEqual(shown.values.map(String))
    }
    // A form for text has to be written by hand.
    if (shown.kind === 'text') expect(shown.window).not.toBe('advanced')
  })

  it('has each setting once, with the bounds of its schema', () => {
    expect(SETTING_FIELDS.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape))
    expect(field('draws')).toMatchObject({ kind: 'number', min: 1, max: 100_000, step: 1, standard: 1000 })
    expect(field('q')).toMatchObject({ kind: 'number', min: 0.01, max: 0.99, step: 0.01 })
    expect(field('resolution')).toMatchObject({ kind: 'choice', values: [32, 64, 128, 224] })
    expect(field('strength')).toMatchObject({ kind: 'choice', values: ['subtle', 'balanced', 'strong'] })
    expect(field('certify')).toMatchObject({ kind: 'switch', standard: true })
    expect(field('labels')).toMatchObject({ kind: 'text' })
  })
})
