/** The Markdown tables that an evaluation prints. */
import * as figures from '../../src-main/core/certificate/figures.js'
import type { Certification, Protection } from '../../src-main/core/certificate/schema.js'
import type { Headed } from '../probe.js'

/** A protected folder, and what its certificate says. */
export interface Measured {
  readonly method: string
  readonly seed: string
  readonly output: string
  readonly seconds: number
  readonly chance: number
  /** Shares that the surrogate recognises: of the pictures that it was fitted to, and of the held-out originals. */
  readonly fits: number
  readonly clean: number
  readonly controlClean: number
  readonly protectedAtMost: number | null
  readonly controlAtLeast: number | null
  readonly verdict: Certification['verdict']
  readonly runs: Certification['runs']
  readonly largestChange: number
  readonly quality: Protection['quality']
  readonly butteraugli: number | null
}

/** A row of attacker.py: shares of the originals that each seed's net recognises. */
export interface Scratch {
  readonly view: string
  readonly size: number
  readonly net: string
  readonly weightNoise: number
  readonly chance: number
  readonly final: readonly number[]
  readonly peak: readonly number[]
}

/** With the name of the collection that was attacked. */
export type Named<T> = T & { readonly name: string }

export const percent = (share: number): string => figures.percent(share, 1)

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export function certificateTable(runs: readonly Measured[]): string {
  return table(
    [
      ...[
        'method',
        'seed',
        'runs: at most',
        'originals at least',
        'smoothing: at most',
        'originals at least',
        'verdict',
      ],
      ...['fits', 'clean', 'mean ꟻLIP', 'worst', 'Butteraugli', 'SSIM', 'ΔE', 'largest change', 'seconds'],
    ],
    runs.map((r) => [
      r.method,
      r.seed,
      bound(r.runs?.protectedAtMost),
      bound(r.runs?.controlAtLeast),
      bound(r.protectedAtMost),
      bound(r.controlAtLeast),
      r.verdict,
      percent(r.fits),
      percent(r.clean),
      r.quality.flip?.mean.toFixed(3) ?? '–',
      r.quality.flip?.max.toFixed(3) ?? '–',
      r.butteraugli?.toFixed(2) ?? '–',
      r.quality.ssim.mean.toFixed(3),
      r.quality.deltaE.mean.toFixed(1),
      `±${Math.round(r.largestChange)}`,
      r.seconds,
    ]),
  )
}

/** A bound; a dash where none was asked for, or none could be proved. */
const bound = (share: number | null | undefined): string => (typeof share === 'number' ? percent(share) : '–')

/** A row for each kind of attacker, a column for each collection. */
function attackTable<T>(
  title: string,
  rows: readonly Named<T>[],
  keyOf: (row: T) => string,
  cell: (row: T) => string,
): string {
  const names = [...new Set(rows.map(({ name }) => name))]
  const cellOf = (key: string, name: string): string => {
    const row = rows.find((r) => r.name === name && keyOf(r) === key)
    return row ? cell(row) : '–'
  }
  return table(
    [title, ...names],
    [...new Set(rows.map(keyOf))].map((key) => [key, ...names.map((name) => cellOf(key, name))]),
  )
}

/** Each cell: at the end (at its peak), the worst of the seeds. */
export const scratchTable = (rows: readonly Named<Scratch>[]): string =>
  attackTable(
    'attacker · weight noise · view',
    rows,
    ({ net, size, weightNoise, view }) => [net, `${size} px`, weightNoise, view].join(' · '),
    (r) => `${percent(Math.max(...r.final))} (${percent(Math.max(...r.peak))})`,
  )

export const headTable = (rows: readonly Named<Headed>[]): string =>
  attackTable(
    'head on · view',
    rows,
    ({ net, view }) => `${net} · ${view}`,
    (r) => percent(r.accuracy),
  )
