/**
 * Makes every icon of the packages from resources/icon.svg, offline:
 * build/icons/icon.ico (Windows), icon.icns (macOS) and png/NxN.png (Linux).
 *
 * Both containers only hold PNGs behind a small table, so that a few lines replace a dependency.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { isProgram } from './programs.js'

const SOURCE = fileURLToPath(new URL('../resources/icon.svg', import.meta.url))
const TARGET = fileURLToPath(new URL('../build/icons/', import.meta.url))

const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512]
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256]
/** OSType of a PNG entry → its size in pixels (the @2x entries repeat a size under another name). */
const ICNS_ENTRIES = { icp4: 16, icp5: 32, ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256 }

/** A Windows icon: a 6-byte header, one 16-byte entry a picture, then the pictures. 256 is written as 0. */
export function ico(images: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  let offset = header.length
  images.forEach(({ size, png }, index) => {
    const entry = 6 + 16 * index
    header.writeUInt8(size % 256, entry)
    header.writeUInt8(size % 256, entry + 1)
    header.writeUInt16LE(1, entry + 4)
    header.writeUInt16LE(32, entry + 6)
    header.writeUInt32LE(png.length, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += png.length
  })
  return Buffer.concat([header, ...images.map(({ png }) => png)])
}

/** A macOS icon: `icns`, the whole length, then for each picture its type, its length with these 8 bytes, and itself. */
export function icns(entries: readonly { readonly type: string; readonly png: Buffer }[]): Buffer {
  const parts = entries.map(({ type, png }) => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

/** Writes all icons below `target`. */
export async function makeIcons(target = TARGET): Promise<void> {
  const svg = await readFile(SOURCE)
  const sizes = new Set([...LINUX_SIZES, ...ICO_SIZES, ...Object.values(ICNS_ENTRIES)])
  const pngs = new Map<number, Buffer>()
  for (const size of sizes) {
    // The SVG is 1024 units wide: rendered at four times its final size, it is sharp at every one.
    const density = Math.min(2400, (72 * size * 4) / 1024)
    pngs.set(
      size,
      await sharp(svg, { density: Math.max(1, density) })
        .resize(size, size)
        .png()
        .toBuffer(),
    )
  }
  await mkdir(join(target, 'png'), { recursive: true })
  for (const size of LINUX_SIZES) await writeFile(join(target, 'png', `${size}x${size}.png`), pngs.get(size)!)
  await writeFile(join(target, 'icon.ico'), ico(ICO_SIZES.map((size) => ({ size, png: pngs.get(size)! }))))
  const entries = Object.entries(ICNS_ENTRIES).map(([type, size]) => ({ type, png: pngs.get(size)! }))
  await writeFile(join(target, 'icon.icns'), icns(entries))
}

if (isProgram(import.meta.url)) await makeIcons()
