/** The properties of test/fuzz/properties.ts for a few inputs, always the same ones; `npm run fuzz` takes more. */
import { describe, expect, it } from 'vitest'
import { counterexample, PROPERTIES } from './fuzz/properties.js'

describe('for every input', () => {
  it.each(Object.entries(PROPERTIES))('%s', async (_, property) => {
    expect(await counterexample(property, 60, 1)).toBeNull()
  })
})
