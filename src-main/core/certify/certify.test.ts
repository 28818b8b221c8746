import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { certify, RADII } from './certify.js'
import { chanceOf } from './chance.js'
import type { CertifyInput } from './certify.js'
import { upperLimit } from './population.js'
import { scales } from './scales.js'

/** 1000 scores out of 300 around a mean, in a fixed random order. */
function scores(name: string, mean: number, spread = 4): number[] {
  const random = keyedRandom('scores', name)
  return Array.from({ length: 1000 }, () => Math.min(300, Math.max(0, Math.round(mean + spread * random.gaussian()))))
}

const INPUT: CertifyInput = {
  protectedCorrect: scores('protected', 30),
  controlCorrect: scores('control', 110),
  testImages: 300,
  protectedTrainAccuracy: 0.99,
  q: 0.9,
  sigma: 0.05,
  confidence: 0.99,
  runs: null,
}
const constant = (count: number): number[] => new Array<number>(1000).fill(count)

describe('guessing', () => {
  it('takes the most frequent class', () => {
    expect(chanceOf([{ label: 0 }, { label: 1 }, { label: 1 }])).toBe(2 / 3)
  })
})

describe('certify', () => {
  it('takes the order statistics that theory says', () => {
    const result = certify(INPUT)
    const ordered = (counts: ArrayLike<number>): Float64Array => Float64Array.from(counts).sort()
    expect(result.headline).toEqual({
      etaOverSigma: 0.5,
      protectedAtMost: ordered(INPUT.protectedCorrect)[976]! / 300,
      controlAtLeast: ordered(INPUT.controlCorrect)[876]! / 300,
    })
    // scipy: smallest k with binom.sf(k − 1, 1000, q̄) ≤ 1.8517e-4.
    expect(result.protectedCurve.map((p) => p.k)).toEqual([933, 964, 983, 994, 999, null])
    expect(result.protectedCurve.map((p) => p.etaOverSigma)).toEqual(RADII)
    expect(result.protectedCurve[1]!.eta).toBeCloseTo(0.0125, 15)
    expect(result.protectedCurve[1]!.qBar).toBeCloseTo(0.9371834338, 9)
    expect(result.protectedCurve[2]!.bound).toBe(ordered(INPUT.protectedCorrect)[982]! / 300)
    expect(result.protectedCurve[5]).toMatchObject({ k: null, bound: null })
    expect(result.verdict).toBe('informative')
  })

  it('judges by whole pictures: ten points are ten points', () => {
    const verdict = (atMost: number, atLeast: number, protectedTrainAccuracy = 0.95): string =>
      certify({
        ...INPUT,
        protectedTrainAccuracy,
        protectedCorrect: constant(atMost),
        controlCorrect: constant(atLeast),
      }).verdict
    expect(verdict(60, 90)).toBe('informative')
    expect(verdict(60, 89)).toBe('weak')
    expect(verdict(60, 61)).toBe('weak')
    expect(verdict(60, 60)).toBe('inconclusive')
    expect(verdict(90, 30)).toBe('inconclusive')
    expect(verdict(30, 150, 0.9)).toBe('informative')
    expect(verdict(30, 150, 0.899)).toBe('inconclusive')
    expect(verdict(30, 150, Number.NaN)).toBe('inconclusive')
  })

  it('finds no meaning in a quantile, a confidence, draws or pictures of next to nothing', () => {
    const clear = { ...INPUT, protectedCorrect: constant(30), controlCorrect: constant(150) }
    const few = { protectedCorrect: constant(30).slice(0, 99), controlCorrect: constant(150).slice(0, 99) }
    expect(certify(clear).verdict).toBe('informative')
    for (const claim of [
      { q: 0.0007, confidence: 0.5001 },
      { q: 0.79 },
      { confidence: 0.5001 },
      { ...few, q: 0.8, confidence: 0.95 },
    ]) {
      expect(certify({ ...clear, ...claim }).verdict, JSON.stringify(claim)).toBe('meaningless')
    }
    const tiny = { ...INPUT, testImages: 9, protectedCorrect: constant(1), controlCorrect: constant(9) }
    expect(certify(tiny)).toMatchObject({
      verdict: 'meaningless',
      reason: expect.stringContaining('on 9 pictures') as string,
    })
    const peaks = { protectedPeaks: new Array<number>(22).fill(60), controlPeaks: new Array<number>(22).fill(90) }
    const runs = { quantile: 0.9, confidence: 0.9, ...peaks }
    expect(certify({ ...INPUT, runs }).verdict).toBe('informative')
    for (const claim of [{ quantile: 0.5 }, { confidence: 0.6 }]) {
      const found = certify({ ...INPUT, runs: { ...runs, ...claim } })
      expect(found.verdict).toBe('meaningless')
      expect(found.reason).toMatch(
        /^The bounds speak of \d+ % of classifiers with \d+ % confidence, on 300 pictures; it takes/,
      )
    }
  })

  it('abstains with too few draws and says how many it takes', () => {
    const first = (counts: ArrayLike<number>, n: number): number[] => Array.from(counts).slice(0, n)
    const withDraws = (n: number): ReturnType<typeof certify> =>
      certify({
        ...INPUT,
        protectedCorrect: first(INPUT.protectedCorrect, n),
        controlCorrect: first(INPUT.controlCorrect, n),
      })
    expect(withDraws(120).headline.protectedAtMost).toBeNull()
    expect(withDraws(120).verdict).toBe('inconclusive')
    expect(withDraws(120).reason).toContain('at least 121')
    expect(withDraws(121).headline.protectedAtMost).not.toBeNull()
  })

  it('is judged by the runs where there are any, whatever the weight noise says', () => {
    const runs = (atMost: number, atLeast: number, count = 22) => ({
      quantile: 0.9,
      confidence: 0.9,
      protectedPeaks: [...new Array<number>(count - 1).fill(0), atMost],
      controlPeaks: [...new Array<number>(count - 1).fill(300), atLeast],
    })
    const found = certify({ ...INPUT, protectedTrainAccuracy: 0, runs: runs(60, 90) })
    expect(found).toMatchObject({
      runs: { protectedAtMost: 0.2, controlAtLeast: 0.3 },
      verdict: 'informative',
      reason: expect.stringMatching(/^Classifiers trained on the originals recognise at least 10 points/) as string,
    })
    expect(found.headline).toEqual(certify(INPUT).headline)
    expect(certify({ ...INPUT, runs: runs(60, 89) }).verdict).toBe('weak')
    expect(certify({ ...INPUT, runs: runs(60, 60) }).verdict).toBe('inconclusive')
    // One run fewer bounds nothing with this confidence.
    expect(certify({ ...INPUT, runs: runs(60, 90, 21) })).toMatchObject({
      runs: { protectedAtMost: null, controlAtLeast: null },
      population: null,
      verdict: 'inconclusive',
    })
    expect(() => certify({ ...INPUT, runs: runs(301, 90) })).toThrow(RangeError)
  })

  it('limits what the bound is on all pictures, with the error shared out among the scores', () => {
    const bound = certify(INPUT).headline.protectedAtMost! * 300
    expect(certify(INPUT).population).toBe(upperLimit(bound, 300, 1 - 0.01 / 1000))
    expect(certify({ ...INPUT, protectedCorrect: [30], controlCorrect: [110] }).population).toBeNull()
  })

  it('says the same whatever the order of the draws, and its curve never falls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
          minLength: 1,
          maxLength: 150,
        }),
        (pairs) => {
          const input = (order: typeof pairs): CertifyInput => ({
            ...INPUT,
            testImages: 50,
            q: 0.5,
            protectedCorrect: order.map(([p]) => p),
            controlCorrect: order.map(([, c]) => c),
          })
          const result = certify(input(pairs))
          expect(certify(input(pairs.toReversed()))).toEqual(result)
          const bounds = result.protectedCurve.map((p) => p.bound ?? 2)
          expect(bounds).toEqual(bounds.toSorted((a, b) => a - b))
          const best = Math.max(...pairs.map(([p]) => p)) / 50
          expect(bounds.every((b) => b === 2 || b <= best)).toBe(true)
        },
      ),
      { seed: 2, numRuns: 60 },
    )
  })

  it('refuses scores that cannot be', () => {
    expect(() => certify({ ...INPUT, controlCorrect: [1, 2] })).toThrow(RangeError)
    expect(() => certify({ ...INPUT, protectedCorrect: [], controlCorrect: [] })).toThrow(RangeError)
    for (const wrong of [301, -1, 0.5, Number.NaN])
      expect(() => certify({ ...INPUT, protectedCorrect: constant(wrong) })).toThrow(RangeError)
  })
})

describe('scales', () => {
  const layout = [
    { name: 'a', shape: [2], offset: 0, size: 2 },
    { name: 'zero', shape: [3], offset: 2, size: 3 },
  ]
  const parameters = Float32Array.of(3, 4, 0, 0, 0)

  it('is σ everywhere, or ρ times the root mean square of each tensor with a floor', () => {
    expect([...scales(layout, parameters, { kind: 'isotropic', sigma: 0.05 })]).toEqual([0.05, 0.05])
    const [a, zero] = scales(layout, parameters, { kind: 'layer-scaled', sigma: 0.1 })
    expect(a).toBeCloseTo(0.1 * Math.sqrt(12.5), 12)
    expect(zero).toBeCloseTo(1e-4, 15)
  })
})
