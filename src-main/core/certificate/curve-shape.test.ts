import { expect, it } from 'vitest'
import { chartShape, curveRows } from './curve-shape.js'

const frame = { width: 120, height: 110, left: 10, right: 10, top: 0, bottom: 10 }
const points = (bounds: readonly (number | null)[]) => bounds.map((bound, at) => ({ etaOverSigma: at, bound }))

it('places points by radius and share', () => {
  const shape = chartShape({ protected: points([1, 0]).reverse(), control: [], chance: 0.1 }, frame, [0, 0.5])
  expect(shape.protected.dots).toMatchObject([
    { x: 10, y: 0 },
    { x: 110, y: 100 },
  ])
  expect(shape.protected.end).toBe(100)
  expect(shape.chance).toBe(90)
  expect(shape.radii).toEqual([
    { value: 0, x: 10 },
    { value: 1, x: 110 },
  ])
  expect(shape.shares).toEqual([
    { value: 0, y: 100 },
    { value: 0.5, y: 50 },
  ])
})

it('leaves a gap where the certificate abstained, and puts that point at the top', () => {
  const { control } = chartShape({ protected: [], control: points([0.2, null, 0.4, 0.5]), chance: 0.1 }, frame, [])
  expect(control.pieces.map((piece) => piece.map(({ etaOverSigma }) => etaOverSigma))).toEqual([[0], [2, 3]])
  expect(control.dots[1]).toMatchObject({ bound: null, y: 0 })
  expect(control.end).toBe(50)
})

it('has no line, and divides by nothing, without bounds and radii', () => {
  const shape = chartShape({ protected: points([null]), control: [], chance: 0.5 }, frame, [])
  expect(shape.protected).toMatchObject({ pieces: [], end: null })
  expect(shape.radii).toEqual([{ value: 0, x: 10 }])
})

it('gives a row to each radius of either curve', () => {
  expect(curveRows({ protected: points([0.1, null]), control: points([0.5, 0.6, 0.7]) })).toEqual([
    { radius: 0, protected: 0.1, control: 0.5 },
    { radius: 1, protected: null, control: 0.6 },
    { radius: 2, protected: undefined, control: 0.7 },
  ])
})
