/**
 * A collection of drawn pictures to try Fixative on: six kinds of pattern, in any colours, at any place and size.
 * The kind cannot be told from the colours, so a classifier has to learn the shapes.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** A small seeded generator (mulberry32): pictures only, nothing secret. */
function generator(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const point = (cx, cy, radius, angle) =>
  `${(cx + radius * Math.cos(angle)).toFixed(1)},${(cy + radius * Math.sin(angle)).toFixed(1)}`

function polygon(cx, cy, radii, start) {
  return radii.map((radius, i) => point(cx, cy, radius, start + (i / radii.length) * 2 * Math.PI)).join(' ')
}

/** Each kind: SVG in a square of side 100, drawn with `r()` in [0, 1) and a function for the next colour. */
const KINDS = {
  discs: (r, colour) =>
    Array.from({ length: 2 + Math.floor(r() * 3) }, () => {
      const size = 14 + r() * 16
      return `<circle cx="${15 + r() * 70}" cy="${15 + r() * 70}" r="${size}" fill="${colour()}"/>`
    }).join(''),
  rings: (r, colour) => {
    const [cx, cy, ink] = [35 + r() * 30, 35 + r() * 30, colour()]
    return [12, 26, 40, 54]
      .map((radius) => `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="none" stroke="${ink}" stroke-width="6"/>`)
      .join('')
  },
  stripes: (r, colour) => {
    const [angle, gap, ink] = [r() * 180, 12 + r() * 8, colour()]
    const bars = Array.from(
      { length: 16 },
      (_, i) => `<rect x="-60" y="${-60 + i * gap}" width="220" height="${gap / 2}"/>`,
    )
    return `<g transform="rotate(${angle} 50 50)" fill="${ink}">${bars.join('')}</g>`
  },
  checks: (r, colour) => {
    const [size, ink, turn] = [14 + r() * 8, colour(), r() * 40 - 20]
    const cells = Array.from({ length: 14 * 14 }, (_, i) => [i % 14, Math.floor(i / 14)])
      .filter(([x, y]) => (x + y) % 2 === 0)
      .map(([x, y]) => `<rect x="${x * size - 40}" y="${y * size - 40}" width="${size}" height="${size}"/>`)
    return `<g transform="rotate(${turn} 50 50)" fill="${ink}">${cells.join('')}</g>`
  },
  stars: (r, colour) =>
    Array.from({ length: 1 + Math.floor(r() * 2) }, () => {
      const size = 26 + r() * 16
      const radii = Array.from({ length: 10 }, (_, i) => (i % 2 ? size * 0.4 : size))
      return `<polygon points="${polygon(30 + r() * 40, 30 + r() * 40, radii, r() * 6.3)}" fill="${colour()}"/>`
    }).join(''),
  waves: (r, colour) => {
    const [ink, swing, length] = [colour(), 7 + r() * 5, 16 + r() * 8]
    const line = (y) =>
      `M-20 ${y} ${Array.from({ length: 9 }, (_, i) => `q${length / 2} ${i % 2 ? swing : -swing} ${length} 0`).join(' ')}`
    return Array.from(
      { length: 5 },
      (_, i) => `<path d="${line(10 + i * 20)}" fill="none" stroke="${ink}" stroke-width="5"/>`,
    ).join('')
  },
}

/**
 * Writes the collection: one sub-folder a kind.
 * @param {string} folder where; made if it does not exist.
 * @param {{ perClass?: number, classes?: number, seed?: number, smallest?: number, largest?: number }} options
 */
export async function drawCollection(
  folder,
  { perClass = 60, classes = 6, seed = 1, smallest = 200, largest = 400 } = {},
) {
  for (const [index, [kind, draw]] of Object.entries(KINDS).slice(0, classes).entries()) {
    await mkdir(join(folder, kind), { recursive: true })
    for (let i = 0; i < perClass; i++) {
      const r = generator(seed * 1_000_003 + index * 10_007 + i)
      const dark = r() < 0.5
      const colour = () => `hsl(${Math.floor(r() * 360)} ${45 + r() * 50}% ${(dark ? 60 : 20) + r() * 20}%)`
      const ground = `hsl(${Math.floor(r() * 360)} ${20 + r() * 50}% ${(dark ? 15 : 75) + r() * 15}%)`
      const [width, height] = [
        smallest + Math.floor(r() * (largest - smallest)),
        smallest + Math.floor(r() * (largest - smallest)),
      ]
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100"
        preserveAspectRatio="none"><rect width="100" height="100" fill="${ground}"/>${draw(r, colour)}</svg>`
      const name = join(folder, kind, `${kind}-${String(i + 1).padStart(3, '0')}`)
      const picture = sharp(Buffer.from(svg)).flatten({ background: ground })
      await (i % 2 ? picture.png().toFile(`${name}.png`) : picture.jpeg({ quality: 92 }).toFile(`${name}.jpg`))
    }
  }
}
