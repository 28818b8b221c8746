/** Against another model of the eye: Butteraugli, as Debian's libjxl-devtools has it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keyedRandom } from '../random/random.js'
import { flipReference } from './flip.js'
import type { Rgb8 } from './flip.js'

const PROGRAM = 'butteraugli_main'
const WIDTH = 192
const HEIGHT = 160

const found = spawnSync(PROGRAM, ['--help']).error === undefined
const random = keyedRandom('butteraugli')

/** Smooth colours under a little grain. */
const original: Rgb8 = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)]
  return Math.round(128 + 60 * Math.sin(x / 23 + (i % 3)) * Math.cos(y / 31) + 3 * random.gaussian())
})

const changed = (change: (x: number, y: number, channel: number) => number): Rgb8 =>
  Uint8Array.from(original, (v, i) => {
    const pixel = Math.floor(i / 3)
    return Math.min(255, Math.max(0, Math.round(v + change(pixel % WIDTH, Math.floor(pixel / WIDTH), i % 3))))
  })

const wave = (amplitude: number, period: number, colour: readonly [number, number, number]): Rgb8 =>
  changed((x, y, channel) => amplitude * Math.sign(Math.sin((2 * Math.PI * (x + y / 2)) / period)) * colour[channel]!)

const GREY = [1, 1, 1] as const
const BLUE = [0.136, 0.136, -1] as const
const IN_LUMA: readonly Rgb8[] = [
  ...[2, 4, 8, 16].flatMap((amplitude) => [8, 24].map((period) => wave(amplitude, period, GREY))),
  ...[2, 5, 12].map((deviation) => changed(() => deviation * random.gaussian())),
]
const IN_BLUE: readonly Rgb8[] = [8, 16, 32, 64].flatMap((amplitude) =>
  [8, 24].map((period) => wave(amplitude, period, BLUE)),
)

/** Its 3-norm: as ꟻLIP's mean, of the whole picture. */
function butteraugli(folder: string, test: Rgb8): number {
  const [a, b] = [original, test].map((pixels, i) => {
    const file = join(folder, `${i}.ppm`)
    writeFileSync(file, Buffer.concat([Buffer.from(`P6\n${WIDTH} ${HEIGHT}\n255\n`), pixels]))
    return file
  }) as [string, string]
  const { stdout } = spawnSync(PROGRAM, [a, b], { encoding: 'utf8' })
  return Number(/3-norm: ([\d.]+)/.exec(stdout)?.[1])
}

/** Spearman's rank correlation, of values without ties. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const rank = (of: readonly number[], i: number): number => of.filter((other) => other < of[i]!).length
  const squares = a.reduce((sum, _, i) => sum + (rank(a, i) - rank(b, i)) ** 2, 0)
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1))
}

it.skipIf(!found)(`puts distortions in nearly the order of ${PROGRAM} (skipped where that is missing)`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fixative-butteraugli-'))
  try {
    const measured = [IN_LUMA, IN_BLUE].map((tests) => ({
      ours: tests.map((test) => flipReference(original, WIDTH, HEIGHT).pool(test).mean),
      theirs: tests.map((test) => butteraugli(folder, test)),
    }))
    for (const { ours, theirs } of measured) {
      expect(theirs.every((value) => value > 0)).toBe(true)
      expect(rankCorrelation(ours, theirs)).toBeGreaterThan(0.9)
    }
    // Across them they agree less: ꟻLIP finds blue waves more visible beside grey ones than Butteraugli does.
    const all = (side: 'ours' | 'theirs'): number[] => measured.flatMap((of) => of[side])
    expect(rankCorrelation(all('ours'), all('theirs'))).toBeGreaterThan(0.6)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
