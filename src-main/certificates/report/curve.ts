/** The certified curve as inline SVG: recognised pictures against the distance from the trained surrogate. */
import { html, type Html } from './html.js'

export interface CurvePoint {
  /** Radius η/σ. */
  readonly etaOverSigma: number
  /** Upper bound of the accuracy, 0–1; null: abstained. */
  readonly bound: number | null
}

export interface Curves {
  readonly protected: readonly CurvePoint[]
  readonly control: readonly CurvePoint[]
  /** Accuracy of guessing, 0–1. */
  readonly chance: number
}

const WIDTH = 640
const HEIGHT = 340
const LEFT = 56
const RIGHT = 110
const TOP = 18
const BOTTOM = 52

/** A share as the report writes it: 0.123 → "12.3 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** Three decimals at most, without trailing zeros: 0.5 → "0.5". */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** Draws both curves, chance, and hollow points at the top where there is no bound. Every point carries its numbers. */
export function curveSvg({ protected: protectedCurve, control, chance }: Curves): Html {
  const radii = [...protectedCurve, ...control].map((point) => point.etaOverSigma)
  const widest = Math.max(...radii, 0.25)
  const x = (radius: number): number => round(LEFT + (radius / widest) * (WIDTH - LEFT - RIGHT))
  const y = (share: number): number => round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM))

  const series = (name: 'protected' | 'control', label: string, points: readonly CurvePoint[]): Html => {
    // Bounds only: a line through an abstention would claim something where nothing was certified.
    const runs: CurvePoint[][] = [[]]
    for (const point of points) {
      if (point.bound === null) runs.push([])
      else runs.at(-1)!.push(point)
    }
    const lines = runs
      .filter((run) => run.length > 1)
      .map((run) => `M${run.map((point) => `${x(point.etaOverSigma)} ${y(point.bound!)}`).join(' L')}`)
    return html`<g>
      ${lines.map((d) => html`<path class="${name}" d="${d}" />`)}
      ${points.map(
        (point) =>
          html`<circle
            class="dot ${name}${point.bound === null ? ' abstained' : ''}"
            cx="${x(point.etaOverSigma)}"
            cy="${y(point.bound ?? 1)}"
            r="${point.bound === null ? 6 : 4}"
          >
            <title>
              ${label}, radius ${plain(point.etaOverSigma)}:
              ${point.bound === null ? 'no bound (abstained)' : `at most ${percent(point.bound)}`}
            </title>
          </circle>`,
      )}
    </g>`
  }

  // At the right edge, each at the height of its line, pushed apart where lines meet.
  const end = (points: readonly CurvePoint[]) => points.findLast((point) => point.bound !== null)?.bound ?? null
  const labels = [
    { kind: 'control', text: 'originals', at: end(control) },
    { kind: 'protected', text: 'protected', at: end(protectedCurve) },
    { kind: 'soft', text: 'guessing', at: chance },
  ]
    .flatMap(({ kind, text, at }) => (at === null ? [] : [{ kind, text, y: y(at) }]))
    .sort((a, b) => b.y - a.y)
  for (let i = 1; i < labels.length; i++) labels[i]!.y = Math.min(labels[i]!.y, labels[i - 1]!.y - 17)

  const ticks = [...new Set(radii)].sort((a, b) => a - b)
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="curve-title curve-text">
    <title id="curve-title">Certified curve</title>
    <desc id="curve-text">
      Largest share of held-out pictures that a classifier near the trained one recognises, against its distance; for
      the protected files, for the originals, and for guessing. The table below has the same numbers.
    </desc>
    ${[0, 0.2, 0.4, 0.6, 0.8, 1].map(
      (share) =>
        html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share)}" y2="${y(share)}" />
          <text class="soft" x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${Math.round(share * 100)} %</text>`,
    )}
    ${ticks.map(
      (radius) =>
        html`<text class="soft" x="${x(radius)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">
          ${plain(radius)}
        </text>`,
    )}
    <line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(0)}" y2="${y(0)}" />
    <text class="soft" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">
      distance from the trained classifier (η/σ)
    </text>
    <line class="chance" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(chance)}" y2="${y(chance)}" />
    ${series('control', 'originals', control)} ${series('protected', 'protected', protectedCurve)}
    ${labels.map(
      (label) => html`<text class="${label.kind}" x="${WIDTH - RIGHT + 10}" y="${label.y + 4}">${label.text}</text>`,
    )}
  </svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
