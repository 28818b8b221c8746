import { expect, it } from 'vitest'
import { moveInGrid, viewGrid } from './grid.ts'

const input = { count: 1000, width: 430, viewport: 220, scrollTop: 0, minimum: 100, gap: 10, overscan: 0 }

it('shows only the rows that can be seen', () => {
  const view = viewGrid({ ...input, scrollTop: 1100 })
  expect(view).toEqual({ columns: 4, cell: 100, height: 250 * 110 - 10, from: 40, to: 48 })
})

it('stays inside the list at its end and when it is empty', () => {
  expect(viewGrid({ ...input, scrollTop: 27_400 }).to).toBe(1000)
  expect(viewGrid({ ...input, count: 0 })).toMatchObject({ from: 0, to: 0, height: 0 })
  expect(viewGrid({ ...input, width: 0 }).columns).toBe(1)
})

it('moves by the keys of a grid and stops at its edges', () => {
  const move = (key: string, at: number) => moveInGrid(key, at, 10, 4, 2)
  expect([move('ArrowRight', 9), move('ArrowDown', 5), move('ArrowDown', 7), move('ArrowUp', 2)]).toEqual([9, 9, 7, 2])
  expect([move('Home', 7), move('End', 2), move('PageDown', 0), move('PageUp', 9)]).toEqual([0, 9, 8, 1])
  expect(move('x', 3)).toBeNull()
  expect(moveInGrid('End', 0, 0, 4, 2)).toBeNull()
})
