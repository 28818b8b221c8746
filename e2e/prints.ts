/**
 * The pictures of the screenshots: a portfolio of landscape prints, drawn here so that nobody else's rights are touched.
 * All series share the same palettes, the same things far away and close by, so that, like with photographs, a classifier
 * has to look at more than one feature.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { keyedRandom } from '../src-main/core/random/random.js'

const WIDTH = 1200
const HEIGHT = 900

/** Sky above, sky at the horizon, nearest land, sun. */
const PALETTES = [
  ['#2b4a6f', '#f2c9a1', '#1d2b3a', '#ffe9c4'],
  ['#6d4a72', '#f6b78f', '#2c1f33', '#ffdcb0'],
  ['#3f7d88', '#f3e3c3', '#17343a', '#fff4d6'],
  ['#8a5a4a', '#f7dcae', '#35211d', '#fff0cf'],
  ['#1c2541', '#7f9bb8', '#0b132b', '#eaf2fb'],
  ['#4b6b57', '#ecdcb9', '#1d2c24', '#fff3d0'],
] as const

type Palette = (typeof PALETTES)[number]
type Random = () => number

/** Between two colours, `t` from 0 to 1. */
function mix(a: string, b: string, t: number): string {
  const at = (hex: string, i: number): number => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16)
  return `rgb(${[0, 1, 2].map((i) => Math.round(at(a, i) + (at(b, i) - at(a, i)) * t)).join(' ')})`
}

/** A smooth or jagged line across the picture, as path commands from left to right. */
function ridge(r: Random, y: number, height: number, waves: number, jagged: boolean): string {
  const parts = Array.from({ length: 5 }, (_, k) => ({
    pitch: waves * 2 ** k * (0.8 + 0.4 * r()),
    phase: r() * 2 * Math.PI,
    size: height / (jagged ? 1.7 : 3) ** k,
  }))
  const points: string[] = []
  for (let x = 0; x <= WIDTH; x += 6) {
    const value = parts.reduce((sum, { pitch, phase, size }) => {
      const wave = Math.sin((x / WIDTH) * pitch * 2 * Math.PI + phase)
      return sum + size * (jagged ? 1 - 2 * Math.abs(wave) : wave)
    }, 0)
    points.push(`${x} ${Math.round((y - value) * 10) / 10}`)
  }
  return `M0 ${HEIGHT} L${points.join(' L')} L${WIDTH} ${HEIGHT}z`
}

interface Scene {
  random: Random
  palette: Palette
  /** Where the sun stands, from the left. */
  sun: number
}

/** Land that gets darker and lower towards the viewer, from the height `top` on; `depth` is 0 far away, 1 close by. */
function layers(
  { random: r, palette }: Scene,
  { count, top, near = 1 }: { count: number; top: number; near?: number },
  draw: (depth: number, y: number) => string,
): string {
  return Array.from({ length: count }, (_, i) => {
    const depth = (near * (i + 1)) / count
    const y = top + (HEIGHT * 1.02 - top) * ((i + 0.3 * r()) / count)
    return `<path d="${draw(depth, y)}" fill="${mix(palette[1], palette[2], 0.18 + 0.82 * depth)}"/>`
  }).join('')
}

/** Pines or round trees along a ridge, as path commands. */
function trees(r: Random, count: number, ground: number, size: number, tree: 'pine' | 'round'): string {
  return Array.from({ length: count }, () => {
    const [x, height, foot] = [r() * WIDTH, (130 + 170 * r()) * size, ground + 60 * r() * size]
    if (tree === 'pine') {
      return Array.from({ length: 5 }, (_, k) => {
        const [top, half] = [foot - height * (1 - 0.16 * k), height * (0.07 + 0.045 * k)]
        return `M${x} ${top} l${half} ${height * 0.3} h${-2 * half}z`
      }).join(' ')
    }
    const [rx, ry] = [height * (0.2 + 0.12 * r()), height * (0.24 + 0.1 * r())]
    return `M${x - rx} ${foot - height * 0.55} a${rx} ${ry} 0 1 1 ${2 * rx} 0 a${rx} ${ry} 0 1 1 ${-2 * rx} 0z
      M${x - 4} ${foot - height * 0.5} h8 v${height * 0.5} h-8z`
  }).join(' ')
}

/** Slopes with trees on them. */
function wooded(scene: Scene, tree: 'pine' | 'round', jagged: boolean): string {
  const { random: r } = scene
  const [count, slope] = [2 + Math.floor(3 * r()), 16 + 40 * r()]
  return layers(scene, { count, top: HEIGHT * (0.48 + 0.22 * r()) }, (depth, y) => {
    const grown = trees(r, 6 + Math.floor(12 * r()), y + 20, 0.35 + 0.6 * depth, tree)
    return `${grown} ${ridge(r, y + 50 * depth, slope, 0.6 + r(), jagged)}`
  })
}

/** What each series is about; what stands before and behind it is shared by all. */
const SERIES: Record<string, (scene: Scene) => string> = {
  'Misty ridges': (scene) => {
    const { random: r } = scene
    const [count, height] = [3 + Math.floor(4 * r()), 40 + 50 * r()]
    return layers(scene, { count, top: HEIGHT * (0.42 + 0.2 * r()) }, (depth, y) =>
      ridge(r, y, height * (1.3 - depth * 0.6), 1 + r(), true),
    )
  },
  'Open sea': (scene) => {
    const { random: r, palette, sun } = scene
    const horizon = HEIGHT * (0.46 + 0.22 * r())
    const glitter = Array.from({ length: 60 + Math.floor(120 * r()) }, () => {
      const depth = r() ** 1.6
      const x = sun + (r() - 0.5) * WIDTH * (0.1 + depth)
      const y = horizon + 8 + depth * (HEIGHT - horizon)
      return `<rect x="${x}" y="${y}" width="${14 + 90 * depth * r()}" height="${1.5 + 3 * depth}" rx="2" fill="${palette[3]}" opacity="${0.15 + 0.35 * r()}"/>`
    }).join('')
    const [x, size] = [WIDTH * (0.2 + 0.6 * r()), 40 + 60 * r()]
    const sail = `<path d="M${x} ${horizon + 14} V${horizon + 10 - size} L${x + size * 0.55} ${horizon + 6}z M${x - 4} ${horizon + 4} V${horizon + 6 - size * 0.8} L${x - size * 0.4} ${horizon + 4}z" fill="${mix(palette[1], '#ffffff', 0.5)}"/>
      <path d="M${x - size * 0.5} ${horizon + 12} h${size} l${-size * 0.18} 12 h${-size * 0.64}z" fill="${palette[2]}"/>`
    const swell = layers(scene, { count: 4, top: horizon }, (depth, y) =>
      ridge(r, y, 4 + 14 * depth, 2 + 2 * r(), false),
    )
    return `${swell}${glitter}${sail}`
  },
  'Orchard hills': (scene) => wooded(scene, 'round', false),
  'Pine woods': (scene) => wooded(scene, 'pine', scene.random() < 0.5),
  'Quiet dunes': (scene) => {
    const { random: r } = scene
    const [count, height] = [3 + Math.floor(3 * r()), 20 + 40 * r()]
    return layers(scene, { count, top: HEIGHT * (0.48 + 0.2 * r()) }, (depth, y) =>
      ridge(r, y, height * (0.6 + depth), 0.6 + 0.8 * r(), false),
    )
  },
}

/** Far mountains or hills, or none. */
function backdrop(scene: Scene): string {
  const { random: r } = scene
  const [jagged, count] = [r() < 0.5, Math.floor(3 * r())]
  return layers(scene, { count, top: HEIGHT * (0.34 + 0.14 * r()), near: 0.25 }, (_, y) =>
    ridge(r, y, 30 + 50 * r(), 1 + r(), jagged),
  )
}

/** A dark bank close by, bare or grown, or none. */
function foreground({ random: r, palette }: Scene): string {
  const [kind, ground] = [r(), HEIGHT * (0.9 + 0.06 * r())]
  const tree = kind < 0.3 ? 'pine' : kind < 0.6 ? 'round' : null
  const grown = tree ? trees(r, 2 + Math.floor(4 * r()), ground, 0.9, tree) : ''
  return kind < 0.75 ? `<path d="${grown} ${ridge(r, ground, 18, 0.8, false)}" fill="${palette[2]}"/>` : ''
}

function print(random: Random, draw: (scene: Scene) => string): string {
  const palette = PALETTES[Math.floor(random() * PALETTES.length)]!
  const [sun, height, size] = [WIDTH * (0.15 + 0.7 * random()), HEIGHT * (0.14 + 0.26 * random()), 30 + 55 * random()]
  const scene = { random, palette, sun }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <defs>
      <linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="${palette[0]}"/><stop offset="0.62" stop-color="${palette[1]}"/></linearGradient>
      <radialGradient id="glow"><stop offset="0.2" stop-color="${palette[3]}" stop-opacity="0.75"/><stop offset="1" stop-color="${palette[3]}" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
    <circle cx="${sun}" cy="${height}" r="${size * 4}" fill="url(#glow)"/><circle cx="${sun}" cy="${height}" r="${size}" fill="${palette[3]}"/>
    ${backdrop(scene)}${draw(scene)}${foreground(scene)}</svg>`
}

/** Five series, one sub-folder each, on slightly grainy paper. */
export async function makePrints(folder: string, perSeries: number): Promise<void> {
  const paper = { width: WIDTH, height: HEIGHT, channels: 3 } as const
  const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const
  const grain = await sharp({ create: { ...paper, background: '#000', noise } })
    .raw()
    .toBuffer()
  for (const [series, draw] of Object.entries(SERIES)) {
    await mkdir(join(folder, series), { recursive: true })
    for (let n = 1; n <= perSeries; n++) {
      const random = keyedRandom('prints', series, n)
      const svg = print(() => random.uniform(), draw)
      const name = `${series.toLowerCase().replaceAll(' ', '-')}-${String(n).padStart(2, '0')}.jpg`
      await sharp(Buffer.from(svg))
        .flatten()
        .composite([{ input: grain, raw: paper, blend: 'soft-light' }])
        .jpeg({ quality: 90 })
        .toFile(join(folder, series, name))
    }
  }
}
