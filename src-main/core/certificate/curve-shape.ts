/** Where the certified curves lie in a drawing, in plain numbers, and in a table: the report and the window draw it. */

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

/** Size of the drawing, and how much of it stays free on each side of the curves; pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A point at its place in the drawing; one without a bound lies at the top. */
export interface Dot extends CurvePoint {
  readonly x: number
  readonly y: number
}

export interface CurveShape {
  /** All points, by radius. */
  readonly dots: readonly Dot[]
  /** The line, in pieces of at least one dot: through an abstention it would claim something where nothing was certified. */
  readonly pieces: readonly (readonly Dot[])[]
  /** Height of the last point with a bound; null: none has one. */
  readonly end: number | null
}

export interface ChartShape {
  readonly protected: CurveShape
  readonly control: CurveShape
  /** Each radius, ascending, and how far right it is. */
  readonly radii: readonly { readonly value: number; readonly x: number }[]
  /** Each of the asked shares, and how far down it is. */
  readonly shares: readonly { readonly value: number; readonly y: number }[]
  /** Height of the line of guessing. */
  readonly chance: number
}

/** The axis of radii is at least this long, so that a curve of radius 0 alone has one. */
const LEAST_RADIUS = 0.25

/**
 * Places both curves and guessing inside a frame; the horizontal axis ends at the largest radius.
 *
 * @param shares where the vertical axis has its marks, 0–1
 * @returns pixels from the left and the top, to a tenth
 */
export function chartShape(curves: Curves, frame: Frame, shares: readonly number[]): ChartShape {
  const radii = radiiOf(curves)
  const widest = Math.max(...radii, LEAST_RADIUS)
  const x = (radius: number): number => round(frame.left + (radius / widest) * (frame.width - frame.left - frame.right))
  const y = (share: number): number => round(frame.top + (1 - share) * (frame.height - frame.top - frame.bottom))
  const shape = (points: readonly CurvePoint[]): CurveShape => {
    const dots = points
      .map((point) => ({ ...point, x: x(point.etaOverSigma), y: y(point.bound ?? 1) }))
      .sort((a, b) => a.etaOverSigma - b.etaOverSigma)
    return { dots, pieces: piecesOf(dots), end: dots.findLast(({ bound }) => bound !== null)?.y ?? null }
  }
  return {
    protected: shape(curves.protected),
    control: shape(curves.control),
    radii: radii.map((value) => ({ value, x: x(value) })),
    shares: shares.map((value) => ({ value, y: y(value) })),
    chance: y(curves.chance),
  }
}

function piecesOf(dots: readonly Dot[]): Dot[][] {
  const pieces: Dot[][] = [[]]
  for (const dot of dots) {
    if (dot.bound === null) pieces.push([])
    else pieces.at(-1)!.push(dot)
  }
  return pieces.filter((piece) => piece.length > 0)
}

/** A row of the table of the curves: bounds as in a point; undefined where a curve has no point at this radius. */
export interface CurveRow {
  readonly radius: number
  readonly protected: number | null | undefined
  readonly control: number | null | undefined
}

/** The same as the drawing, as a table: a row for each radius, ascending. */
export function curveRows(curves: Pick<Curves, 'protected' | 'control'>): CurveRow[] {
  const at = (curve: readonly CurvePoint[], radius: number) =>
    curve.find((point) => point.etaOverSigma === radius)?.bound
  return radiiOf(curves).map((radius) => ({
    radius,
    protected: at(curves.protected, radius),
    control: at(curves.control, radius),
  }))
}

function radiiOf(curves: Pick<Curves, 'protected' | 'control'>): number[] {
  const all = [...curves.protected, ...curves.control].map(({ etaOverSigma }) => etaOverSigma)
  return [...new Set(all)].sort((a, b) => a - b)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
