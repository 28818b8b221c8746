import { expect, it } from 'vitest'
import { spread } from './spread.ts'

it('keeps names apart around their middle, and leaves those alone that have room', () => {
  expect(spread([10, 100, 200], 18, 250)).toEqual([10, 100, 200])
  expect(spread([100, 100, 240], 18, 250)).toEqual([91, 109, 240])
  expect(spread([240, 238, 239], 18, 250)).toEqual([250, 214, 232])
})
