import { expect, it } from 'vitest'
import { drawCurves, spread } from './curve.ts'

const frame = { width: 120, height: 110, left: 10, right: 10, top: 0, bottom: 10 }

it('places points by radius and share', () => {
  const drawing = drawCurves(
    [
      {
        label: 'a',
        points: [
          { etaOverSigma: 1, bound: 0 },
          { etaOverSigma: 0, bound: 1 },
        ],
      },
    ],
    0.1,
    frame,
  )
  expect(drawing.curves[0]!.path).toBe('M10 0L110 100')
  expect(drawing.chanceY).toBe(90)
  expect(drawing.xTicks.map((tick) => tick.at)).toEqual([10, 110])
})

it('leaves a gap where the certificate abstained', () => {
  const points = [0.2, null, 0.4, 0.5].map((bound, at) => ({ etaOverSigma: at, bound }))
  const [curve] = drawCurves([{ label: 'a', points }], 0.1, frame).curves
  expect(curve!.points).toHaveLength(3)
  expect(curve!.path.match(/M/g)).toHaveLength(2)
})

it('draws nothing, and divides by nothing, without radii', () => {
  const points = [{ etaOverSigma: 0, bound: null }]
  const drawing = drawCurves([{ label: 'a', points }], 0.5, frame)
  expect(drawing.curves[0]!.path).toBe('')
  expect(drawing.xTicks[0]!.at).toBe(10)
})

it('keeps names apart around their middle, and leaves those alone that have room', () => {
  expect(spread([10, 100, 200], 18, 250)).toEqual([10, 100, 200])
  expect(spread([100, 100, 240], 18, 250)).toEqual([91, 109, 240])
  expect(spread([240, 238, 239], 18, 250)).toEqual([250, 214, 232])
})
