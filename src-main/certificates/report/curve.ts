/** The certified curve as inline SVG: recognised pictures against the distance from the trained surrogate. */
import { chartShape, type ChartShape, type Curves, type CurveShape } from '../../core/certificate/curve-shape.js'
import { html, type Html } from './html.js'
import { atMost, plain } from './numbers.js'

const FRAME = { width: 640, height: 340, left: 56, right: 110, top: 18, bottom: 52 }
const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1]
/** Names closer than this would overlap, pixels. */
const LINE = 17

/** Draws both curves, chance, and hollow points at the top where there is no bound. Every point carries its numbers. */
export function curveSvg(curves: Curves): Html {
  const shape = chartShape(curves, FRAME, SHARES)
  const { width, height, left } = FRAME
  const [end, axis] = [width - FRAME.right, height - FRAME.bottom]

  const series = (name: 'protected' | 'control', label: string, { dots, pieces }: CurveShape): Html => {
    const lines = pieces
      .filter((piece) => piece.length > 1)
      .map((piece) => `M${piece.map((dot) => `${dot.x} ${dot.y}`).join(' L')}`)
    return html`<g>
      ${lines.map((d) => html`<path class="${name}" d="${d}" />`)}
      ${dots.map(
        (dot) =>
          html`<circle
            class="dot ${name}${dot.bound === null ? ' abstained' : ''}"
            cx="${dot.x}"
            cy="${dot.y}"
            r="${dot.bound === null ? 6 : 4}"
          >
            <title>
              ${label}, radius ${plain(dot.etaOverSigma)}:
              ${dot.bound === null ? 'no bound (abstained)' : `at most ${atMost(dot.bound)}`}
            </title>
          </circle>`,
      )}
    </g>`
  }

  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="curve-title curve-text">
    <title id="curve-title">Certified curve</title>
    <desc id="curve-text">
      Largest share of held-out pictures that a classifier near the trained one recognises, against its distance; for
      the protected files, for the originals, and for guessing. The table below has the same numbers.
    </desc>
    ${shape.shares.map(
      ({ value, y }) =>
        html`<line class="grid" x1="${left}" x2="${end}" y1="${y}" y2="${y}" />
          <text class="soft" x="${left - 8}" y="${y + 4}" text-anchor="end">${Math.round(value * 100)} %</text>`,
    )}
    ${shape.radii.map(
      ({ value: radius, x }) =>
        html`<text class="soft" x="${x}" y="${FRAME.height - FRAME.bottom + 20}" text-anchor="middle">
          ${plain(radius)}
        </text>`,
    )}
    <line class="axis" x1="${left}" x2="${end}" y1="${axis}" y2="${axis}" />
    <text class="soft" x="${(left + end) / 2}" y="${height - 10}" text-anchor="middle">
      distance from the trained classifier (η/σ)
    </text>
    <line class="chance" x1="${left}" x2="${end}" y1="${shape.chance}" y2="${shape.chance}" />
    ${series('control', 'originals', shape.control)} ${series('protected', 'protected', shape.protected)}
    ${namesOf(shape).map(
      (label) => html`<text class="${label.kind}" x="${end + 10}" y="${label.y + 4}">${label.text}</text>`,
    )}
  </svg>`
}

/** Names at the right edge, each at the height of its line, pushed apart where lines meet. */
function namesOf(shape: ChartShape): { kind: string; text: string; y: number }[] {
  const names = [
    { kind: 'control', text: 'originals', y: shape.control.end },
    { kind: 'protected', text: 'protected', y: shape.protected.end },
    { kind: 'soft', text: 'guessing', y: shape.chance },
  ]
    .flatMap(({ y, ...name }) => (y === null ? [] : [{ ...name, y }]))
    .sort((a, b) => b.y - a.y)
  for (let i = 1; i < names.length; i++) names[i]!.y = Math.min(names[i]!.y, names[i - 1]!.y - LINE)
  return names
}
