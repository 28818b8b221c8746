import { expect, it } from 'vitest'
import { atLeast, atMost, decibels, firstBounds, percent, scaleLetter } from './figures.js'

it('rounds bounds to the side on which they say no more than was shown', () => {
  expect([0.12, 0.1201, 0, 1].map(atMost)).toEqual(['12 %', '13 %', '0 %', '100 %'])
  expect([0.29, 0.2999, 0, 1].map(atLeast)).toEqual(['29 %', '29 %', '0 %', '100 %'])
})

it('names what could not be bounded, or did not change, instead of showing a number', () => {
  expect([atMost(null), atLeast(null), percent(null, 1)]).toEqual(['no bound', 'no bound', 'no bound'])
  expect([percent(0.117, 1), percent(0.117, 0)]).toEqual(['11.7 %', '12 %'])
  expect([decibels(null), decibels(31.44)]).toEqual(['unchanged', '31.4 dB'])
})

it('shows the bounds of the runs before those of the weight noise, even where they are none', () => {
  const headline = { protectedAtMost: 0.2, controlAtLeast: 0.5 }
  const runs = { protectedAtMost: null, controlAtLeast: null }
  expect(firstBounds({ runs: null, headline })).toBe(headline)
  expect(firstBounds({ runs, headline })).toBe(runs)
  expect(['isotropic', 'layer-scaled'].map(scaleLetter)).toEqual(['σ', 'ρ'])
})
