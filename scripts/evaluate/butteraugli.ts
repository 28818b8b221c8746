/** How far protected pictures are from their originals by Butteraugli, which libjxl brings. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** Pictures on which it is measured: it takes a second each. */
const COMPARED = 16

/**
 * Mean Butteraugli (3-norm) of pictures spread over a collection; null: the program is not installed.
 * @param place for files in between
 */
export async function butteraugli(originals: string, output: string, place: string): Promise<number | null> {
  const files = readdirSync(originals, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(originals.length + 1))
    .filter((path) => existsSync(join(output, path)))
    .sort()
  const some = Array.from({ length: COMPARED }, (_, i) => files[Math.floor((i * files.length) / COMPARED)]!)
  const scores: number[] = []
  for (const path of some) {
    const pair = [await flat(join(originals, path), join(place, 'a.png'))]
    pair.push(await flat(join(output, path), join(place, 'b.png')))
    const found = spawnSync('butteraugli_main', pair, { encoding: 'utf8' })
    scores.push(Number(/3-norm: ([\d.]+)/.exec(found.stdout ?? '')?.[1] ?? NaN))
  }
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length
  return Number.isNaN(mean) ? null : mean
}

/** Writes a picture as a file that every program reads. @returns the file */
async function flat(path: string, target: string): Promise<string> {
  await sharp(path).flatten({ background: '#fff' }).toColourspace('srgb').png().toFile(target)
  return target
}
