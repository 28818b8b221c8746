/** Thumbnails at half their resolution, for attackers that see pictures smaller than the noise was made for. */
import { ItemFile } from './item-file.js'
import { inParallel } from './job.js'
import type { JobFolder } from './storage.js'

/** Pictures that are halved at the same time. */
const LANES = 16

/** Writes some items of a thumbnail file at half its resolution, and returns the name of the new file. */
export async function writeHalf(
  folder: JobFolder,
  file: string,
  resolution: number,
  items: Iterable<number>,
): Promise<string> {
  const name = `half-${file}`
  const from = await ItemFile.open(folder.file(file), 3 * resolution ** 2)
  const to = await ItemFile.open(folder.file(name), 3 * (resolution / 2) ** 2)
  try {
    await inParallel(items, LANES, async (item) => to.write(item, halve(await from.read(item), resolution)))
  } finally {
    await Promise.all([from.close(), to.close()])
  }
  return name
}

/** Means of 2×2 places of a 3×S×S picture in its own encoding, rounded; bytes, S even. */
export function halve(pixels: Uint8Array, resolution: number): Uint8Array {
  const side = resolution / 2
  const small = new Uint8Array(3 * side * side)
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const at = (c * resolution + 2 * y) * resolution + 2 * x
        const sum = pixels[at]! + pixels[at + 1]! + pixels[at + resolution]! + pixels[at + resolution + 1]!
        small[(c * side + y) * side + x] = Math.round(sum / 4)
      }
  return small
}
