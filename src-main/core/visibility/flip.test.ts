import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flipReference } from './flip.js'
import type { Rgb8 } from './flip.js'
import { kernels, reserve } from './kernels/flip.js'
import { TILE, allTiles, sampleTiles } from './tiles.js'
import type { Tile } from './tiles.js'

interface Row {
  case: [width: number, height: number, a: number, b: number, c: number, d: number]
  mean: number
  largest: number
  at: number[]
}

const rows = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/flip.json', import.meta.url), 'utf8'),
) as readonly Row[]

/** The pictures of make_flip.py. */
function images([width, height, a, b, c, d]: Row['case']): { original: Rgb8; test: Rgb8 } {
  const original = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * a + Math.floor((i * i) / b)) % 256)
  const test = Uint8Array.from(original, (v, i) => Math.min(255, Math.max(0, v + ((i * c) % (2 * d + 1)) - d)))
  return { original, test }
}

const filled = (width: number, height: number, colour: readonly number[]): Rgb8 =>
  Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3]!)

const small = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
  .chain(({ width, height }) => {
    const bytes = fc.uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height })
    return fc.record({ width: fc.constant(width), height: fc.constant(height), a: bytes, b: bytes })
  })

describe('flipReference', () => {
  it.each(rows)('agrees with whole 2-D filters in another language: $case', ({ case: of, mean, largest, at }) => {
    const [width, height] = of
    const { original, test } = images(of)
    const reference = flipReference(original, width, height)
    const map = reference.map(test)
    expect(reference.pool(test).mean).toBeCloseTo(mean, 4)
    expect(map.reduce((most, value) => Math.max(most, value), 0)).toBeCloseTo(largest, 4)
    const middle = Math.floor(height / 2) * width + Math.floor(width / 3)
    for (const [i, place] of [0, map.length - 1, middle].entries()) expect(map[place]).toBeCloseTo(at[i]!, 4)
  })

  it('is 0 for an equal picture, within 0–1, and the same both ways round', () => {
    fc.assert(
      fc.property(small, ({ width, height, a, b }) => {
        const [of, from] = [flipReference(a, width, height), flipReference(b, width, height)]
        expect(of.pool(a).mean).toBe(0)
        expect(of.map(b).every((value) => value >= 0 && value <= 1)).toBe(true)
        expect(of.pool(b).mean).toBeCloseTo(from.pool(a).mean, 6)
      }),
      { numRuns: 40 },
    )
  })

  it('is near 1 from black to white, and the largest from green to blue', () => {
    const at = (a: readonly number[], b: readonly number[]): number =>
      flipReference(filled(20, 20, a), 20, 20).pool(filled(20, 20, b)).mean
    expect(at([0, 0, 0], [255, 255, 255])).toBeGreaterThan(0.95)
    expect(at([0, 255, 0], [0, 0, 255])).toBeCloseTo(1, 4)
  })

  it.each([
    [40, 40],
    [20, 75],
    [150, 130],
  ])('finds the window of %i × %i pixels in which a difference is plainest', (width, height) => {
    const a = filled(width, height, [90, 120, 150])
    const [left, top] = [Math.max(0, width - 20), Math.max(0, height - 12)]
    const inside = (x: number, y: number): boolean => x >= left && y >= top
    const b = a.map((value, i) => (inside(Math.floor(i / 3) % width, Math.floor(i / 3 / width)) ? 255 - value : value))
    const reference = flipReference(a, width, height)
    const map = reference.map(b)
    // The last window, within the last tile, begins at a multiple of 16 and takes what is left over.
    const start = (length: number): number => {
      const tile = length - (length % TILE || TILE)
      return tile + 16 * Math.max(0, Math.floor((length - tile) / 16) - 2)
    }
    const [sums, area] = [
      map.reduce((sum, value, i) => {
        const held = i % width >= start(width) && Math.floor(i / width) >= start(height)
        return held ? sum + value : sum
      }, 0),
      (width - start(width)) * (height - start(height)),
    ]
    expect(reference.pool(b).worst).toBeCloseTo(sums / area, 6)
  })

  it('refuses pixels of another size', () => {
    expect(() => flipReference(new Uint8Array(11), 2, 2)).toThrow(RangeError)
    expect(() => flipReference(new Uint8Array(12), 2, 2).pool(new Uint8Array(9)).mean).toThrow(RangeError)
  })

  it('sees the same in a tile as in the whole picture', () => {
    const [width, height] = [301, 203]
    const { original, test } = images([width, height, 3, 5000, 5, 9])
    const tile: Tile = { left: 57, top: 61, width: 77, height: 90 }
    const whole = flipReference(original, width, height).map(test)
    const part = flipReference(original, width, height, [tile]).map(test)
    for (const [i, value] of part.entries()) {
      const [x, y] = [(i % width) - tile.left, Math.floor(i / width) - tile.top]
      const inside = x >= 0 && x < tile.width && y >= 0 && y < tile.height
      expect(value).toBeCloseTo(inside ? whole[i]! : 0, 5)
    }
  })
})

/** Pixels of a sample. */
const SAMPLE_PIXELS = 1 << 20

describe('a sample of tiles', () => {
  it('stands for a larger picture, and is in step with no wave', () => {
    const [width, height] = [2048, 1536]
    const grey = filled(width, height, [128, 128, 128])
    for (const period of [32, 256, 273, 512]) {
      const waved = grey.map((v, i) => v + ((Math.floor(i / 3) % width) % period < period / 2 ? 20 : 0))
      const { mean } = flipReference(grey, width, height).pool(waved)
      const sample = flipReference(grey, width, height, sampleTiles(width, height, SAMPLE_PIXELS)).pool(waved)
      expect(Math.abs(sample.mean / mean - 1)).toBeLessThan(0.05)
    }
  })
})

describe('sampleTiles', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 9000 }))

  it('keeps within the picture and the budget, without overlaps, and uses most of it', () => {
    fc.assert(
      fc.property(sizes, ([width, height]) => {
        const tiles = sampleTiles(width, height, SAMPLE_PIXELS)
        const pixels = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0)
        expect(pixels).toBeLessThanOrEqual(SAMPLE_PIXELS)
        // Beside a tile there may be nearly a tile left over, which in a narrow picture is half of it.
        const most = Math.min(width, height) < 3 * TILE ? 0.5 : 0.65
        expect(pixels).toBeGreaterThanOrEqual(Math.min(width * height, most * SAMPLE_PIXELS))
        for (const [i, a] of tiles.entries()) {
          expect(a.left >= 0 && a.top >= 0 && a.left + a.width <= width && a.top + a.height <= height).toBe(true)
          const overlap = tiles.some(
            (b, j) =>
              j > i &&
              a.left < b.left + b.width &&
              b.left < a.left + a.width &&
              a.top < b.top + b.height &&
              b.top < a.top + a.height,
          )
          expect(overlap).toBe(false)
        }
      }),
    )
  })

  it('takes all of a picture within the budget', () => {
    expect(sampleTiles(200, 130, 26_000)).toEqual(allTiles(200, 130))
    expect(sampleTiles(200, 130, 25_999)).toEqual([{ left: 36, top: 1, width: TILE, height: TILE }])
  })
})

describe('the kernels', () => {
  const COUNT = 64
  const {
    at: [from, to, weights, planes, table],
    buffer,
  } = reserve([4 * 3 * COUNT, 4 * COUNT, 64, 4 * 15 * COUNT, 1024]) as unknown as {
    at: [number, number, number, number, number]
    buffer: ArrayBuffer
  }
  const floats = (at: number, count: number): Float32Array => new Float32Array(buffer, at, count)
  const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
    minLength: 3 * COUNT,
    maxLength: 3 * COUNT,
  })
  const filter = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 11 })

  it('filter as the scalar form does', () => {
    fc.assert(
      fc.property(values, filter, fc.constantFrom(1, 4), (line, w, step) => {
        floats(from, 3 * COUNT).set(line)
        floats(weights, w.length).set(w)
        const scalar = (sign: 1 | -1): number[] =>
          Array.from({ length: COUNT }, (_, i) =>
            w.reduce((sum, weight, k) => {
              const [right, left] = [line[COUNT + i + k * step]!, line[COUNT + i - k * step]!]
              return sum + (k > 0 ? weight * (right + sign * left) : sign > 0 ? weight * right : 0)
            }, 0),
          )
        const close = (expected: readonly number[], times: number): void =>
          floats(to, COUNT).forEach((value, i) => expect(value).toBeCloseTo(times * expected[i]!, 2))
        kernels.even(to, from + 4 * COUNT, COUNT, 4 * step, weights, w.length - 1, false)
        close(scalar(1), 1)
        kernels.even(to, from + 4 * COUNT, COUNT, 4 * step, weights, w.length - 1, true)
        close(scalar(1), 2)
        kernels.odd(to, from + 4 * COUNT, COUNT, 4 * step, weights, w.length - 1)
        close(scalar(-1), 1)
      }),
    )
  })

  it('raise to powers, and take roots, as Math does', () => {
    const plane = 4 * COUNT
    const zero = planes + 5 * plane
    const roots = fc.array(fc.float({ min: 0, max: 300, noNaN: true }), { minLength: COUNT, maxLength: COUNT })
    fc.assert(
      fc.property(roots, roots, (lightness, edges) => {
        floats(planes, 10 * COUNT).fill(0)
        floats(planes, COUNT).set(lightness)
        floats(planes + 3 * plane, COUNT).set(edges.map((e) => e / 300))
        kernels.difference(to, planes, zero, plane, COUNT, 41)
        floats(to, COUNT).forEach((value, i) => {
          const raised = lightness[i]! ** 0.7
          const low = (0.95 * raised) / (0.4 * 41)
          const colour = raised < 0.4 * 41 ? low : 0.95 + (0.05 * (raised - 0.4 * 41)) / (0.6 * 41)
          const feature = Math.sqrt(edges[i]! / 300 / Math.SQRT2)
          expect(value).toBeCloseTo(Math.min(1, colour) ** (1 - feature), 4)
        })
        kernels.magnitude(to, planes, planes + 3 * plane, COUNT)
        floats(to, COUNT).forEach((value, i) =>
          expect(value).toBeCloseTo(Math.hypot(lightness[i]!, edges[i]! / 300), 3),
        )
      }),
    )
  })

  it('turn colours into CIELAB with the adjustment, as the scalar form does', () => {
    const linear = floats(table, 256)
    linear.forEach((_, v) => (linear[v] = v / 255))
    const plane = 4 * COUNT
    const root = (x: number): number => (x > (6 / 29) ** 3 ? Math.cbrt(x) : x / (3 * (6 / 29) ** 2) + 4 / 29)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (bytes) => {
        new Uint8Array(buffer, from, 12).set(bytes)
        kernels.opponents(planes, plane, from, 4, table)
        kernels.appearance(planes, plane, 4)
        for (let i = 0; i < 4; i++) {
          const [r, g, b] = [...bytes.subarray(3 * i, 3 * i + 3)].map((v) => v / 255) as [number, number, number]
          const x = root((0.41238656 * r + 0.35759149 * g + 0.18045049 * b) / 0.95042854)
          const y = root(0.21263682 * r + 0.71518298 * g + 0.0721802 * b)
          const z = root((0.01933062 * r + 0.11919716 * g + 0.95037259 * b) / 1.08890037)
          const l = 116 * y - 16
          expect(floats(planes, COUNT)[i]).toBeCloseTo(l, 2)
          expect(floats(planes + plane, COUNT)[i]).toBeCloseTo(5 * l * (x - y), 2)
          expect(floats(planes + 2 * plane, COUNT)[i]).toBeCloseTo(2 * l * (y - z), 2)
        }
      }),
    )
  })
})
