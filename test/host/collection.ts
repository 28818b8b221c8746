import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** A folder with two classes of small pictures that a classifier can tell apart; no two pictures are the same. */
export async function drawCollection(folder: string, perClass = 10, side = 48): Promise<string> {
  const classes = { red: [200, 60, 40], blue: [40, 70, 200] } as const
  for (const [name, colour] of Object.entries(classes)) {
    await mkdir(join(folder, name), { recursive: true })
    for (let n = 0; n < perClass; n++) {
      const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]! + ((i * (n + 3)) % 37))
      await sharp(data, { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toFile(join(folder, name, `${n}.png`))
    }
  }
  return folder
}
