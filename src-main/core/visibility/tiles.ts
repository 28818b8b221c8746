/** Where a picture is looked at. */

/** A rectangle, in pixels. */
export interface Tile {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Side of a tile, in pixels: small, so that many places fit a budget, and large beside the filters' margin of 10. */
export const TILE = 128

/** The plastic number: its powers give a sequence that fills the square evenly (Roberts 2018, R2). */
const PLASTIC = 1.324717957244746

/** Tiles that cover each pixel once. */
export function allTiles(width: number, height: number): Tile[] {
  const tiles: Tile[] = []
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      tiles.push({ left, top, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) })
    }
  }
  return tiles
}

/**
 * Tiles that stand for a picture: all of one that the budget covers; else equal ones, each at its own place within a cell
 * of an even grid, so that no wave is in step with them. The same for all pictures of a size.
 *
 * @param budget in pixels, at least one tile's
 */
export function sampleTiles(width: number, height: number, budget: number): Tile[] {
  if (width * height <= budget) return allTiles(width, height)
  const size = { width: Math.min(TILE, width), height: Math.min(TILE, height) }
  const count = Math.max(1, Math.floor(budget / (size.width * size.height)))
  const within = (value: number, most: number): number => Math.max(1, Math.min(Math.floor(value), most))
  const most = [Math.floor(width / size.width), Math.floor(height / size.height)] as const
  const even = within(Math.max(Math.sqrt((count * height) / width), count / most[0]), most[1])
  const columns = within(count / even, most[0])
  // As many rows as the budget still has for whole columns, and no more.
  const rows = within(count / columns, most[1])
  return Array.from({ length: rows * columns }, (_, i) => {
    const [u, v] = [(0.5 + i / PLASTIC) % 1, (0.5 + i / PLASTIC ** 2) % 1]
    const place = (cell: number, cells: number, length: number, tile: number, share: number): number =>
      Math.floor((cell * length) / cells + share * (length / cells - tile))
    return {
      left: place(i % columns, columns, width, size.width, u),
      top: place(Math.floor(i / columns), rows, height, size.height, v),
      ...size,
    }
  })
}
