import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { type Distortion, distort, drawDistortion } from './distort.js'

const S = 32
const SIZE = 3 * S * S

/** Values away from 0 and 1, so that nothing is clipped. */
function image(salt: string): Float32Array {
  const random = keyedRandom('distort', salt)
  return Float32Array.from({ length: SIZE }, () => 0.3 + 0.4 * random.uniform())
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function distorted(x: Float32Array, distortion: Distortion): Float32Array {
  const out = x.slice()
  distort(out, S, distortion)
  return out
}

const LINEAR: Distortion[] = [{ kind: 'none' }, { kind: 'grey' }]

describe('distortions', () => {
  it.each(LINEAR)('$kind has its transpose as its pullback, and leaves an even picture as it is', (distortion) => {
    const [x, y] = [image('x'), image('y')]
    const forward = x.slice()
    const pullback = distort(forward, S, distortion)
    const back = new Float32Array(SIZE)
    pullback(y, back)
    expect(dot(forward, y)).toBeCloseTo(dot(x, back), 2)
    for (const value of distorted(new Float32Array(SIZE).fill(0.5), distortion)) expect(value).toBeCloseTo(0.5, 5)
  })

  it('a pullback adds to what is there', () => {
    const into = new Float32Array(SIZE).fill(1)
    distort(image('x'), S, { kind: 'grey' })(new Float32Array(SIZE).fill(1), into)
    expect(into[0]).toBeCloseTo(1 + 3 * 0.299, 5)
    expect(into[S * S]).toBeCloseTo(1 + 3 * 0.587, 5)
  })

  it('are drawn in every kind, and often not at all', () => {
    const random = keyedRandom('distort', 'draws')
    const kinds = Array.from({ length: 1000 }, () => drawDistortion(random).kind)
    expect(new Set(kinds)).toEqual(new Set(['none', 'grey', 'jpeg']))
    expect(kinds.filter((kind) => kind === 'none').length).toBeGreaterThan(200)
  })
})
