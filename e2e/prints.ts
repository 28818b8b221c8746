/**
 * The pictures of the screenshots: a portfolio of landscape prints, drawn here so that nobody else's rights are touched.
 * All series share the same palettes, so that a classifier has to look at the shapes.
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

/** Layers that get darker and lower towards the viewer. */
function layers(
  r: Random,
  palette: Palette,
  count: number,
  top: number,
  draw: (depth: number, y: number) => string,
): string {
  return Array.from({ length: count }, (_, i) => {
    const depth = (i + 1) / count
    const y = top + (HEIGHT * 1.02 - top) * ((i + 0.3 * r()) / count)
    return `<path d="${draw(depth, y)}" fill="${mix(palette[1], palette[2], 0.18 + 0.82 * depth)}"/>`
  }).join('')
}

const SERIES: Record<string, (r: Random, palette: Palette, sun: number) => string> = {
  'Misty ridges': (r, palette) =>
    layers(r, palette, 6, HEIGHT * 0.45, (depth, y) => ridge(r, y, 70 * (1.3 - depth * 0.6), 1 + r(), true)),
  'Quiet dunes': (r, palette) =>
    layers(r, palette, 5, HEIGHT * 0.58, (depth, y) => ridge(r, y, 26 + 40 * depth, 0.6 + 0.5 * r(), false)),
  'Open sea': (r, palette, sun) => {
    const horizon = HEIGHT * (0.5 + 0.12 * r())
    const glitter = Array.from({ length: 160 }, () => {
      const depth = r() ** 1.6
      const x = sun + (r() - 0.5) * WIDTH * (0.1 + depth)
      const y = horizon + 8 + depth * (HEIGHT - horizon)
      return `<rect x="${x}" y="${y}" width="${14 + 90 * depth * r()}" height="${1.5 + 3 * depth}" rx="2" fill="${palette[3]}" opacity="${0.15 + 0.35 * r()}"/>`
    }).join('')
    const [x, size] = [WIDTH * (0.2 + 0.6 * r()), 40 + 60 * r()]
    const sail = `<path d="M${x} ${horizon + 14} V${horizon + 10 - size} L${x + size * 0.55} ${horizon + 6}z M${x - 4} ${horizon + 4} V${horizon + 6 - size * 0.8} L${x - size * 0.4} ${horizon + 4}z" fill="${mix(palette[1], '#ffffff', 0.5)}"/>
      <path d="M${x - size * 0.5} ${horizon + 12} h${size} l${-size * 0.18} 12 h${-size * 0.64}z" fill="${palette[2]}"/>`
    return `<rect y="${horizon}" width="${WIDTH}" height="${HEIGHT}" fill="${mix(palette[0], palette[2], 0.45)}"/>${glitter}${sail}`
  },
  'Pine woods': (r, palette) =>
    Array.from({ length: 3 }, (_, i) => {
      const depth = (i + 1) / 3
      const ground = HEIGHT * (0.62 + 0.14 * i)
      const colour = mix(palette[1], palette[2], 0.35 + 0.65 * depth)
      const trees = Array.from({ length: 16 - 3 * i }, () => {
        const [x, height] = [r() * WIDTH, (130 + 170 * r()) * (0.55 + 0.6 * depth)]
        const foot = ground + 60 * r()
        return Array.from({ length: 5 }, (_, k) => {
          const [top, half] = [foot - height * (1 - 0.16 * k), height * (0.07 + 0.045 * k)]
          return `M${x} ${top} l${half} ${height * 0.3} h${-2 * half}z`
        }).join(' ')
      }).join(' ')
      return `<path d="${trees} ${ridge(r, ground + 50, 16, 1, false)}" fill="${colour}"/>`
    }).join(''),
}

function print(r: Random, draw: (typeof SERIES)[string]): string {
  const palette = PALETTES[Math.floor(r() * PALETTES.length)]!
  const [x, y, size] = [WIDTH * (0.15 + 0.7 * r()), HEIGHT * (0.16 + 0.26 * r()), 40 + 50 * r()]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <defs>
      <linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="${palette[0]}"/><stop offset="0.62" stop-color="${palette[1]}"/></linearGradient>
      <radialGradient id="glow"><stop offset="0.2" stop-color="${palette[3]}" stop-opacity="0.75"/><stop offset="1" stop-color="${palette[3]}" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>
    <circle cx="${x}" cy="${y}" r="${size * 4}" fill="url(#glow)"/><circle cx="${x}" cy="${y}" r="${size}" fill="${palette[3]}"/>
    ${draw(r, palette, x)}</svg>`
}

/** Four series, one sub-folder each, on slightly grainy paper. */
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
