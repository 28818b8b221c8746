import { describe, expect, it } from 'vitest'
import { BRIGHT, COLOURED, initialNoise, keepMixes } from './waves.js'

const S = 16
const SIZE = 3 * S * S

/** Where the strongest frequency of a class's waves is, whatever its sign, and how much of their ±1 it has. */
function peakOf(
  waves: Float32Array,
  label: number,
  resolution: number,
  weights: readonly number[],
): { at: string; height: number } {
  const area = resolution ** 2
  const channel = (c: number) => waves.subarray((3 * label + c) * area, (3 * label + c + 1) * area)
  const [r, g, b] = [channel(0), channel(1), channel(2)]
  let best = { at: '', height: 0 }
  for (let u = 0; u < 10; u += 0.5)
    for (let v = -10; v < 10; v += 0.5) {
      let [real, imaginary] = [0, 0]
      for (let i = 0; i < area; i++) {
        const angle = (2 * Math.PI * (u * (i % resolution) + v * Math.floor(i / resolution))) / resolution
        const value = weights[0]! * r[i]! + weights[1]! * g[i]! + weights[2]! * b[i]!
        real += value * Math.cos(angle)
        imaginary += value * Math.sin(angle)
      }
      const height = (2 * Math.hypot(real, imaginary)) / area
      if (height > best.height) best = { at: `${u} ${Math.abs(v)}`, height }
    }
  return best
}

describe('waves', () => {
  it('starts at ±ε everywhere, differently for each class and seed, the same for the same seed', () => {
    const start = initialNoise(3, S, 0.03, 'a', COLOURED)
    expect(new Set(start.map(Math.abs))).toEqual(new Set([Math.fround(0.03)]))
    expect(initialNoise(3, S, 0.03, 'a', COLOURED)).toEqual(start)
    expect(initialNoise(3, S, 0.03, 'b', COLOURED)).not.toEqual(start)
    expect(start.subarray(0, SIZE)).not.toEqual(start.subarray(SIZE, 2 * SIZE))
  })

  it.each([
    ['in each channel', COLOURED, [1, 0, 0], 0.7],
    ['also in a grey copy', BRIGHT, [0.299, 0.587, 0.114], 0.7],
  ])('starts from waves that no two classes share, nor a mirror of them, %s', (_, kind, weights, least) => {
    const [resolution, classes] = [32, 10]
    for (const seed of ['1', '2', '3']) {
      const waves = initialNoise(classes, resolution, 1, seed, kind)
      const peaks = Array.from({ length: classes }, (_, k) => peakOf(waves, k, resolution, weights))
      expect(new Set(peaks.map(({ at }) => at)).size).toBe(classes)
      for (const { height } of peaks) expect(height).toBeGreaterThan(least)
      expect(Math.max(...waves.map(Math.abs))).toBe(1)
    }
  })

  it.each([COLOURED, BRIGHT])('leaves waves whose mixes of channels are theirs as they are: $mixes', (kind) => {
    const start = initialNoise(3, S, 0.03, 'a', kind)
    for (const [i, value] of keepMixes(start, 3, 'a', kind).entries()) expect(value).toBeCloseTo(start[i]!, 8)
  })

  it('brings what has moved to the nearest noise of its mix', () => {
    const moved = Float32Array.of(0.02, 0.01, 0.04)
    const kept = keepMixes(moved, 1, 'a', BRIGHT)
    // (1, 1, −1)·δ = −0.01, over 3.
    for (const [i, part] of [1, 1, -1].entries()) expect(kept[i]).toBeCloseTo((part * -0.01) / 3, 8)
  })

  it('keeps the mixes of channels that its waves had, which are not those of all classes', () => {
    const [classes, area] = [3, S * S]
    const start = initialNoise(classes, S, 0.03, 'a', COLOURED)
    const learnt = start.map((value, i) => value * (1 + (i % 7)))
    const kept = keepMixes(learnt, classes, 'a', COLOURED)
    const signs = Array.from({ length: classes }, (_, k) => {
      const [r, g, b] = [0, 1, 2].map((c) => kept.subarray((3 * k + c) * area, (3 * k + c + 1) * area))
      const sign = (channel: Float32Array): number => Math.sign(channel[0]! * r![0]!)
      expect(r!.every((value, i) => value === sign(g!) * g![i]! && value === sign(b!) * b![i]!)).toBe(true)
      return `${sign(g!)} ${sign(b!)}`
    })
    expect(new Set(signs)).toEqual(new Set(['1 -1', '-1 1', '-1 -1']))
  })
})
