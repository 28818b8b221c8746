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

/** Places curves of shares 0–1 over their radii inside a frame; the horizontal axis ends at the largest radius. */
export function drawCurves(inputs: CurveInput[], chance: number, frame: Frame): Drawing {
  const radii = [...new Set(inputs.flatMap((input) => input.points.map((point) => point.etaOverSigma)))].sort(
    (a, b) => a - b,
  )
  const last = radii.at(-1) || 1
  const x = (radius: number) => round(frame.left + (radius / last) * (frame.width - frame.left - frame.right))
  const y = (value: number) => round(frame.height - frame.bottom - value * (frame.height - frame.top - frame.bottom))
  return {
    curves: inputs.map((input) => {
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
    }),
    xTicks: radii.map((radius) => ({ at: x(radius), label: String(radius) })),
    yTicks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ at: y(value), label: `${value * 100} %` })),
    chanceY: y(chance),
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
