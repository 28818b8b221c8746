/** Where the points of the certified curve go in a drawing. The component only writes what this says. */

export interface CurveInput {
  label: string
  points: { etaOverSigma: number; bound: number | null }[]
}

export interface DrawnPoint {
  x: number
  y: number
  etaOverSigma: number
  bound: number
}

export interface DrawnCurve {
  label: string
  /** SVG path; a gap where the certificate abstained. */
  path: string
  points: DrawnPoint[]
}

export interface Drawing {
  curves: DrawnCurve[]
  /** Height of the name of each curve, then of the name of the line of guessing, beside their right ends. */
  names: number[]
  xTicks: { at: number; label: string }[]
  yTicks: { at: number; label: string }[]
  chanceY: number
}

export interface Frame {
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
}

/** Names closer than this would overlap, pixels. */
const LINE = 18

/** Places curves of shares 0–1 over their radii inside a frame; the horizontal axis ends at the largest radius. */
export function drawCurves(inputs: CurveInput[], chance: number, frame: Frame): Drawing {
  const radii = [...new Set(inputs.flatMap((input) => input.points.map((point) => point.etaOverSigma)))].sort(
    (a, b) => a - b,
  )
  const last = radii.at(-1) || 1
  const x = (radius: number) => round(frame.left + (radius / last) * (frame.width - frame.left - frame.right))
  const y = (value: number) => round(frame.height - frame.bottom - value * (frame.height - frame.top - frame.bottom))
  const curves = inputs.map((input) => {
    const points: DrawnPoint[] = []
    let path = ''
    let open = false
    for (const { etaOverSigma, bound } of [...input.points].sort((a, b) => a.etaOverSigma - b.etaOverSigma)) {
      if (bound === null) {
        open = false
        continue
      }
      const point = { x: x(etaOverSigma), y: y(bound), etaOverSigma, bound }
      points.push(point)
      path += `${open ? 'L' : 'M'}${point.x} ${point.y}`
      open = true
    }
    return { label: input.label, path, points }
  })
  const ends = [...curves.map(({ points }) => points.at(-1)?.y ?? frame.top), y(chance)]
  return {
    curves,
    names: spread(ends, LINE, frame.height - frame.bottom),
    xTicks: radii.map((radius) => ({ at: x(radius), label: String(radius) })),
    yTicks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ at: y(value), label: `${value * 100} %` })),
    chanceY: y(chance),
  }
}

/**
 * Heights as near as can be (least squares) to the wanted ones, in the same order, `gap` apart and none below `lowest`.
 * Pool adjacent violators: names that would overlap become one block around the mean of their wanted places.
 */
export function spread(wanted: readonly number[], gap: number, lowest: number): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]!)
  const blocks: { sum: number; count: number }[] = []
  for (const [rank, index] of order.entries()) {
    let block = { sum: wanted[index]! - rank * gap, count: 1 }
    for (let above = blocks.at(-1); above && above.sum / above.count > block.sum / block.count; above = blocks.at(-1)) {
      blocks.pop()
      block = { sum: above.sum + block.sum, count: above.count + block.count }
    }
    blocks.push(block)
  }
  const highest = lowest - (wanted.length - 1) * gap
  const tops = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(Math.min(sum / count, highest)))
  const placed = new Array<number>(wanted.length)
  for (const [rank, index] of order.entries()) placed[index] = round(tops[rank]! + rank * gap)
  return placed
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
