/** Which cells of a grid of equal cells can be seen. */

export interface GridView {
  columns: number
  /** Side of a cell without the gap, in pixels. */
  cell: number
  /** Full height of the content. */
  height: number
  /** First visible item and the one after the last. */
  from: number
  to: number
}

export interface GridInput {
  count: number
  width: number
  viewport: number
  scrollTop: number
  /** Smallest side of a cell. */
  minimum: number
  gap: number
  /** Rows kept above and below what is seen. */
  overscan: number
}

/** Columns, cell size and the visible range. */
export function viewGrid(input: GridInput): GridView {
  const columns = Math.max(1, Math.floor((input.width + input.gap) / (input.minimum + input.gap)))
  const cell = Math.max(1, Math.floor((input.width - input.gap * (columns - 1)) / columns))
  const pitch = cell + input.gap
  const rows = Math.ceil(input.count / columns)
  const first = Math.max(0, Math.floor(input.scrollTop / pitch) - input.overscan)
  const last = Math.ceil((input.scrollTop + input.viewport) / pitch) + input.overscan
  return {
    columns,
    cell,
    height: Math.max(0, rows * pitch - input.gap),
    from: Math.min(input.count, first * columns),
    to: Math.min(input.count, last * columns),
  }
}

/** The item that an arrow, Home, End or page key leads to; null for any other key. */
export function moveInGrid(key: string, active: number, count: number, columns: number, pageRows: number) {
  const step = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * pageRows,
    PageDown: columns * pageRows,
    Home: -count,
    End: count,
  }[key]
  if (step === undefined || count === 0) return null
  const target = active + step
  if (Math.abs(step) === columns && (target < 0 || target >= count)) return active
  return Math.min(count - 1, Math.max(0, target))
}
