import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

export const CLASSES = ['cliffs', 'meadows'] as const
export const PER_CLASS = 12

/** Two classes of small pictures: horizontal and vertical stripes of many colours, files named `<class> <n>.png`. */
export async function makeCollection(folder: string, perClass: number = PER_CLASS): Promise<void> {
  for (const [k, name] of CLASSES.entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let i = 0; i < perClass; i++) await stripes(join(folder, name, `${name} ${i}.png`), k === 1, i)
  }
}

async function stripes(file: string, upright: boolean, i: number): Promise<void> {
  const side = 48
  const pixels = Buffer.alloc(side * side * 3)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++)
        pixels[(y * side + x) * 3 + c] = 128 + 90 * Math.sin((upright ? x : y) / (2 + (i % 4)) + i * (c + 1))
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file)
}

/** Adds what folders of real people hold as well: a cut-off file, a text, an empty file, a copy, another format. */
export async function addBrokenFiles(folder: string): Promise<void> {
  const [first, second] = CLASSES
  const whole = await sharp(join(folder, first, `${first} 0.png`)).toBuffer()
  await writeFile(join(folder, first, 'cut off.png'), whole.subarray(0, whole.length - 200))
  await writeFile(join(folder, second, 'letter.jpg'), 'Dear reader, this is no picture.')
  await writeFile(join(folder, second, 'empty.png'), '')
  await copyFile(join(folder, first, `${first} 1.png`), join(folder, first, 'zz copy.png'))
  await writeFile(join(folder, 'loop.gif'), Buffer.from('GIF89a'))
}
