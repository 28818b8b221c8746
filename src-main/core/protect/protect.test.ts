import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { type Augmentation, augment, augmentTransposed, drawAugmentation } from './augment.js'
import {
  BLUE_YELLOW,
  budgetOf,
  changeOf,
  fieldGradient,
  fieldOf,
  makeBudget,
  perturbed,
  signStep,
  storedField,
} from './noise.js'
import { oneCycle, roundBudget, signStepShare, stepsPerRound, warmUpContrast } from './schedule.js'

const S = 16
const SIZE = 3 * S * S

function image(salt: string): Float32Array {
  const random = keyedRandom('test', salt)
  return Float32Array.from({ length: SIZE }, () => random.uniform())
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

describe('augmentation', () => {
  it('without flip and shift is the identity', () => {
    const out = new Float32Array(SIZE)
    augment(image('x'), S, { flip: false, dx: 0, dy: 0 }, out, 0)
    expect(out).toEqual(image('x'))
  })

  it('mirrors, then shifts, and reflects at the edges without repeating them', () => {
    const row = (values: number[]) => Float32Array.from({ length: SIZE }, (_, i) => values[i % S]!)
    const counted = Array.from({ length: S }, (_, i) => i)
    const out = new Float32Array(SIZE)
    augment(row(counted), S, { flip: false, dx: 2, dy: 0 }, out, 0)
    expect([...out.subarray(0, S)]).toEqual([...counted.slice(2), 14, 13])
    augment(row(counted), S, { flip: true, dx: -1, dy: 0 }, out, 0)
    expect([...out.subarray(0, S)]).toEqual([14, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  })

  it('has its transpose: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ for every flip and shift', () => {
    const [x, y] = [image('x'), image('y')]
    for (const flip of [false, true])
      for (let dx = -2; dx <= 2; dx++)
        for (let dy = -2; dy <= 2; dy++) {
          const augmentation: Augmentation = { flip, dx, dy }
          const forward = new Float32Array(SIZE)
          const back = new Float32Array(SIZE)
          augment(x, S, augmentation, forward, 0)
          augmentTransposed(y, 0, S, augmentation, back)
          expect(dot(forward, y)).toBeCloseTo(dot(x, back), 3)
        }
  })

  it('is drawn over the whole range, and no further', () => {
    const random = keyedRandom('test', 'draws')
    const drawn = Array.from({ length: 400 }, () => drawAugmentation(random, S))
    expect(new Set(drawn.map(({ dx }) => dx))).toEqual(new Set([-2, -1, 0, 1, 2]))
    expect(new Set(drawn.map(({ dy }) => dy))).toEqual(new Set([-2, -1, 0, 1, 2]))
    const flips = drawn.filter(({ flip }) => flip).length
    expect(flips).toBeGreaterThan(150)
    expect(flips).toBeLessThan(250)
  })
})

describe('noise', () => {
  const bytes = Uint8Array.of(0, 100, 255, 255)
  const delta = Float32Array.of(-0.1, 0.1, 0.1, -0.1)

  it('is added with its sign and clipped to the range of the picture', () => {
    const out = new Float32Array(4)
    perturbed(bytes, delta, out)
    expect([...out]).toEqual([0, 100 / 255 + 0.1, 1, 0.9].map(Math.fround))
    perturbed(bytes, undefined, out)
    expect([...out]).toEqual([0, 100 / 255, 1, 1].map(Math.fround))
  })

  it('is added as it is to a picture of less contrast', () => {
    const out = new Float32Array(4)
    perturbed(Uint8Array.of(0, 255, 102, 255), Float32Array.of(-0.1, 0.1, 0.1, 0), out, 0.5)
    for (const [i, value] of [0.15, 0.85, 0.55, 0.75].entries()) expect(out[i]).toBeCloseTo(value, 6)
  })

  const [AREA, values] = [4, (value: number) => new Float32Array(4).fill(value)]
  const budget = budgetOf(makeBudget({ colour: Float32Array.of(1, 0.5, 0, 1), brightness: values(1) }, 40, 10))

  it('changes blue against yellow as far as a place lets it, and brightness', () => {
    const change = changeOf(values(1), budget, null)
    const expected = (c: number, colour: number) => (BLUE_YELLOW[c]! * colour + 10) / 255
    for (let c = 0; c < 3; c++) {
      for (const [i, colour] of [40, 20, 0, 40].entries()) {
        expect(change[c * AREA + i]).toBeCloseTo(expected(c, colour), 6)
      }
    }
  })

  it.each([
    [128, 128, 128],
    [190, 150, 110],
    [70, 110, 60],
    [200, 60, 50],
  ])('leaves the luminance of %d, %d, %d about as it is where only colour may change', (...colour) => {
    const coloured = budgetOf(makeBudget({ colour: values(1), brightness: values(0) }, 10, 0))
    const change = changeOf(values(-1), coloured, null)
    const linear = (value: number) => ((value + 0.055) / 1.055) ** 2.4
    const luminance = (rgb: readonly number[]) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, weight, c) => sum + weight * linear(rgb[c]!), 0)
    const before = colour.map((value) => value / 255)
    const moved = luminance(before.map((value, c) => value + change[c * AREA]!)) - luminance(before)
    const blueAlone = luminance([before[0]!, before[1]!, before[2]! + change[2 * AREA]!]) - luminance(before)
    expect(Math.abs(moved)).toBeLessThan(0.5 * Math.abs(blueAlone))
  })

  it('is kept in halves of a step, and its field in 127ths', () => {
    expect([...makeBudget({ colour: values(1), brightness: values(0.8) }, 10.1, 200)]).toEqual([
      ...[20, 20, 20, 20],
      ...[255, 255, 255, 255],
    ])
    expect([...fieldOf(storedField(Float32Array.of(-1.2, -1, 0.5, 1)))]).toEqual([-1, -1, 64 / 127, 1].map(Math.fround))
  })

  it('shows as far as the picture is opaque', () => {
    const opacity = Uint8Array.of(0, 255, 51, 255)
    const [whole, shown] = [changeOf(values(1), budget, null), changeOf(values(1), budget, opacity)]
    shown.forEach((value, i) => {
      expect(value).toBeCloseTo((whole[i]! * opacity[i % AREA]!) / 255, 6)
    })
  })

  it.each([null, Uint8Array.of(0, 255, 51, 255)])(
    'has a field gradient that finite differences confirm, with nothing where the picture was clipped (opacity %o)',
    (opacity) => {
      const bytes = Uint8Array.of(...[100, 120, 140, 0], ...[90, 80, 200, 0], ...[30, 60, 90, 255])
      const gradient = Float32Array.from({ length: 3 * AREA }, (_, i) => Math.sin(1 + i))
      const field = Float32Array.of(0.3, -0.4, 0.2, -0.6)
      const loss = (s: Float32Array) => {
        const out = new Float32Array(3 * AREA)
        perturbed(bytes, changeOf(s, budget, opacity), out)
        return dot(out, gradient)
      }
      const found = fieldGradient(bytes, changeOf(field, budget, opacity), budget, opacity, gradient)
      const step = 0.05
      field.forEach((value, i) => {
        const moved = (by: number) => loss(Float32Array.from(field, (other, j) => (j === i ? value + by : other)))
        expect(found[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 5)
      })
    },
  )

  it('steps against the sign of the gradient and stays within ±1', () => {
    const moved = Float32Array.of(0, 0, 0.95, -0.95, 0)
    signStep(moved, Float32Array.of(1e-9, -7, -1, 1, 0), 0.1)
    expect([...moved]).toEqual([-0.1, 0.1, 1, -1, 0].map(Math.fround))
  })
})

describe('schedule', () => {
  it('gives small collections more rounds, within bounds', () => {
    expect(roundBudget(700)).toBe(50)
    expect(roundBudget(10)).toBe(90)
    expect(roundBudget(1_000_000)).toBe(45)
  })

  it('shows a surrogate each picture once a round, up to ten batches', () => {
    expect([20, 128, 129, 331, 1200, 100_000].map(stepsPerRound)).toEqual([1, 1, 2, 3, 10, 10])
  })

  it('raises the contrast of the pictures to all of it by the end of the warm-up', () => {
    const contrasts = [0, 1, 2, 3].map((round) => warmUpContrast(round, 4))
    for (const [i, value] of [0.178, 0.316, 0.562, 1].entries()) expect(contrasts[i]).toBeCloseTo(value, 3)
    expect([warmUpContrast(0, 1), warmUpContrast(4, 4), warmUpContrast(0, 0)]).toEqual([1, 1, 1])
  })

  it('lets the sign step fall from a fifth to a fiftieth of the range', () => {
    expect(signStepShare(0, 60)).toBeCloseTo(0.2)
    expect(signStepShare(59, 60)).toBeCloseTo(0.02)
    expect(signStepShare(0, 1)).toBeCloseTo(0.2)
  })

  it('follows PyTorch’s OneCycleLR', () => {
    // torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.1, 900): the rate at steps 0, 100, 269, 500, 899.
    const frozen = [0.004, 0.033178991, 0.1, 0.070336951, 4e-7]
    for (const [i, step] of [0, 100, 269, 500, 899].entries())
      expect(oneCycle(step, 900, 0.1)).toBeCloseTo(frozen[i]!, 5)
  })
})
