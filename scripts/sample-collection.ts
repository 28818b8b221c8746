/**
 * A collection of crayon pictures to try Fixative on: six kinds of landscape in any light. Any kind has any colour, as if
 * drawn by one who likes to, and shapes vary within a kind: were a kind told by the hue of its ground, no change that is
 * hard to see would keep a classifier from it.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** Uniform on [0, 1). */
type Random = () => number

/** A small seeded generator (mulberry32): pictures only, nothing secret. */
function generator(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const repeat = (count: number, draw: (i: number) => string): string =>
  Array.from({ length: Math.floor(count) }, (_, i) => draw(i)).join('')

interface Kind {
  /** Its SVG below the horizon `y`, in a square of side 100. */
  draw(r: Random, colour: () => string, y: number): string
}

const KINDS: Readonly<Record<string, Kind>> = {
  city: {
    draw: (r, colour, y) =>
      repeat(5 + r() * 5, () => {
        const [x, width, height] = [r() * 95, 7 + r() * 12, 15 + r() * 35]
        const lights = repeat(
          r() * 6,
          () => `<rect x="${x + r() * width}" y="${y - r() * height}" width="1.5" height="2"/>`,
        )
        return `<rect x="${x}" y="${y - height}" width="${width}" height="${height + 20}" fill="${colour()}"/>
          <g fill="#fd8">${lights}</g>`
      }),
  },
  desert: {
    draw: (r, colour, y) =>
      repeat(4, (i) => {
        const top = y + i * 10
        const [a, b, c] = [top - 14 * r(), top + 14 * r(), top - 8 * r()]
        return `<path d="M0 ${top} C30 ${a} 60 ${b} 100 ${c} V100 H0z" fill="${colour()}"/>`
      }),
  },
  forest: {
    draw: (r, colour, y) =>
      repeat(7 + r() * 6, () => {
        const [x, foot, height] = [r() * 100, y + r() * 30, 25 + r() * 30]
        return `<rect x="${x - 1.5}" y="${foot - height}" width="3" height="${height}" fill="hsl(25 35% ${15 + r() * 25}%)"/>
          <ellipse cx="${x}" cy="${foot - height}" rx="${5 + r() * 6}" ry="${9 + r() * 9}" fill="${colour()}"/>`
      }),
  },
  meadow: {
    draw: (r, colour, y) =>
      repeat(25 + r() * 40, () => {
        const flower = `hsl(${r() * 360} 70% ${55 + r() * 25}%)`
        return `<circle cx="${r() * 100}" cy="${y + r() * (100 - y)}" r="${1 + r() * 2}" fill="${r() < 0.6 ? flower : colour()}"/>`
      }),
  },
  mountains: {
    draw: (r, colour, y) =>
      repeat(3 + r() * 3, () => {
        const [x, height, half] = [r() * 100, 18 + r() * 28, 18 + r() * 20]
        return `<path d="M${x - half} ${y + 8} L${x} ${y - height} L${x + half} ${y + 8}z" fill="${colour()}"/>
          <path d="M${x - half / 5} ${y - height * 0.75} L${x} ${y - height} L${x + half / 5} ${y - height * 0.75}z" fill="#eee"/>`
      }),
  },
  sea: {
    draw: (r, colour, y) => {
      const waves = repeat(5, (i) => `M-5 ${y + 6 + i * 9} ${repeat(7, (j) => `q8 ${j % 2 ? 4 : -4} 16 0 `)}`)
      const [x, foot, sail] = [15 + r() * 70, y + 4 + r() * 12, 8 + r() * 14]
      return `<path d="${waves}" fill="none" stroke="${colour()}" stroke-width="${1 + r() * 2}"/>
        <path d="M${x} ${foot} V${foot - sail} L${x + sail * 0.6} ${foot}z" fill="hsl(${r() * 360} 50% 80%)"/>`
    },
  },
}

/** Smooth random values, 0–1, of places 0–1 across and down, on a grid of random numbers. */
function cloth(r: Random, across: number, down: number): (x: number, y: number) => number {
  const values = Float32Array.from({ length: (across + 2) * (down + 2) }, r)
  return (x, y) => {
    const [i, j] = [Math.floor(x * across), Math.floor(y * down)]
    const [u, v] = [x * across - i, y * down - j]
    const row = (at: number): number => values[at]! + u * (values[at + 1]! - values[at]!)
    const at = j * (across + 2) + i
    return row(at) + v * (row(at + across + 2) - row(at))
  }
}

/**
 * Draws flat shapes anew as with crayons: wavering outlines, strokes across or down, the grain of the paper.
 * @param flat RGB
 */
function crayon(r: Random, flat: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(flat.length)
  const waver = [cloth(r, 14, 14), cloth(r, 14, 14)] as const
  const [along, across] = [Math.round(4 + r() * 8), 70]
  const strokes = r() < 0.5 ? cloth(r, along, across) : cloth(r, across, along)
  const grain = cloth(r, 110, 110)
  const moved = (at: number, by: number, side: number): number =>
    Math.max(0, Math.min(side - 1, Math.round(at + (by - 0.5) * 0.07 * side)))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = [x / width, y / height] as const
      const from = moved(y, waver[1](...place), height) * width + moved(x, waver[0](...place), width)
      const light = 0.5 + 0.5 * strokes(...place) + 0.5 * grain(...place)
      for (let c = 0; c < 3; c++) out[3 * (y * width + x) + c] = Math.min(255, flat[3 * from + c]! * light)
    }
  }
  return out
}

/** Sky, sun and clouds of any hour, then the land. */
function landscape(r: Random, { draw }: Kind): string {
  const hue = 360 * r()
  const spread = () => (r() + r() + r() - 1.5) * 110
  const light = 25 + r() * 35
  const colour = () => `hsl(${hue + spread()} ${20 + r() * 45}% ${light + r() * 22 - 11}%)`
  const sky = `hsl(${[205, 25, 240, 330][Math.floor(r() * 4)]! + r() * 40 - 20} ${30 + r() * 40}% ${30 + r() * 50}%)`
  const horizon = 42 + r() * 22
  const cloud = () =>
    `<ellipse cx="${r() * 100}" cy="${r() * horizon}" rx="${6 + r() * 14}" ry="${2 + r() * 5}" fill="#fff" opacity="${0.2 + r() * 0.5}"/>`
  return `<rect width="100" height="100" fill="${sky}"/>
    <circle cx="${r() * 100}" cy="${r() * horizon}" r="${4 + r() * 6}" fill="hsl(50 80% 80%)"/>${repeat(r() * 5, cloud)}
    <rect y="${horizon}" width="100" height="60" fill="${colour()}"/>${draw(r, colour, horizon)}`
}

export interface CollectionOptions {
  readonly perClass?: number
  /** At most six. */
  readonly classes?: number
  readonly seed?: number
  /** Sides of the pictures, in pixels. */
  readonly smallest?: number
  readonly largest?: number
}

/**
 * Writes the collection: one sub-folder a kind.
 * @param folder where; made if it does not exist
 */
export async function drawCollection(folder: string, options: CollectionOptions = {}): Promise<void> {
  const { perClass = 120, classes = 6, seed = 1, smallest = 200, largest = 400 } = options
  for (const [index, [name, kind]] of Object.entries(KINDS).slice(0, classes).entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let i = 0; i < perClass; i++) {
      const r = generator(seed * 1_000_003 + index * 10_007 + i)
      const side = () => smallest + Math.floor(r() * (largest - smallest))
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side()}" height="${side()}" viewBox="0 0 100 100"
        preserveAspectRatio="none">${landscape(r, kind)}</svg>`
      const file = join(folder, name, `${name}-${String(i + 1).padStart(3, '0')}`)
      const drawn = sharp(Buffer.from(svg)).flatten({ background: '#fff' }).raw()
      const { data, info } = await drawn.toBuffer({ resolveWithObject: true })
      const image = sharp(crayon(r, data, info.width, info.height), { raw: info })
      await (i % 2 ? image.png().toFile(`${file}.png`) : image.jpeg({ quality: 92 }).toFile(`${file}.jpg`))
    }
  }
}
