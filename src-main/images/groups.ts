/** Grouping pictures by look, for a folder without classes: k-means on simple descriptors of layout and colour. */
import { kmeans } from 'ml-kmeans'
import { luma } from '../core/luma.js'
import { keyedRandom } from '../core/random/random.js'
import type { Labels } from './labels.js'

/** Side of the small picture by which a picture of a list is grouped, pixels. */
export const LOOK_SIDE = 32
/** Blocks a side of the colour layout. */
const LAYOUT = 4
const HUES = 8
const LUMAS = 8
/** Numbers that describe how a picture looks. */
export const LOOK_LENGTH = 3 * LAYOUT * LAYOUT + HUES + LUMAS
/** The groups are found on at most this many pictures, and the others join the nearest: linear in their number. */
const SAMPLE = 600
const MOST_GROUPS = 10
const IMAGES_PER_GROUP = 8

/**
 * How a picture looks: mean RGB of a 4×4 layout, a hue histogram weighted by saturation, and a luma histogram.
 *
 * @param pixels 3×S×S bytes, channel-first
 * @returns LOOK_LENGTH values in 0–1
 */
export function lookOf(pixels: Uint8Array, resolution: number): Float32Array {
  const area = resolution * resolution
  const out = new Float64Array(LOOK_LENGTH)
  const hues = 3 * LAYOUT * LAYOUT
  const lumas = hues + HUES
  for (let y = 0; y < resolution; y++) {
    for (let x = 0; x < resolution; x++) {
      const i = y * resolution + x
      const rgb = [pixels[i]! / 255, pixels[area + i]! / 255, pixels[2 * area + i]! / 255] as const
      const block = Math.floor((y * LAYOUT) / resolution) * LAYOUT + Math.floor((x * LAYOUT) / resolution)
      for (let c = 0; c < 3; c++) out[block * 3 + c]! += (rgb[c]! * LAYOUT * LAYOUT) / area
      const [r, g, b] = rgb
      const top = Math.max(r, g, b)
      const chroma = top - Math.min(r, g, b)
      if (chroma > 0) {
        const sixth = top === r ? (g - b) / chroma + 6 : top === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4
        out[hues + (Math.floor((sixth * HUES) / 6) % HUES)]! += chroma / area
      }
      out[lumas + Math.min(LUMAS - 1, Math.floor(luma(r, g, b) * LUMAS))]! += 1 / area
    }
  }
  return Float32Array.from(out)
}

function distance(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return Math.sqrt(sum)
}

/** Mean silhouette (Rousseeuw 1987) of a clustering with at least two non-empty clusters; −1 to 1, else −1. */
function silhouette(distances: Float64Array, clusters: readonly number[], k: number): number {
  const n = clusters.length
  const sizes = new Array<number>(k).fill(0)
  for (const cluster of clusters) sizes[cluster]!++
  if (sizes.filter((size) => size > 0).length < 2) return -1
  let total = 0
  const sums = new Float64Array(k)
  for (let i = 0; i < n; i++) {
    const own = clusters[i]!
    if (sizes[own] === 1) continue
    sums.fill(0)
    for (let j = 0; j < n; j++) sums[clusters[j]!]! += distances[i * n + j]!
    const within = sums[own]! / (sizes[own]! - 1)
    let nearest = Infinity
    for (let c = 0; c < k; c++) if (c !== own && sizes[c]! > 0) nearest = Math.min(nearest, sums[c]! / sizes[c]!)
    const larger = Math.max(within, nearest)
    if (larger > 0) total += (nearest - within) / larger
  }
  return total / n
}

/**
 * Groups pictures by look. The number of groups, 2 to min(10, count / 8), is the one of the largest mean silhouette;
 * fewer than 16 pictures are one group. Groups are numbered by size, the largest first.
 *
 * @param looks one picture after the other, as `lookOf` describes it
 * @param seed fixes the result: same looks and seed, same groups
 * @param groups exactly this many groups (or as many as there are pictures) instead; null: the best number
 * @throws RangeError if `looks` does not consist of whole ones
 */
export function groupByLook(
  looks: Float32Array,
  { seed, groups = null }: { seed: string; groups?: number | null },
): Labels {
  const count = looks.length / LOOK_LENGTH
  if (!Number.isInteger(count)) throw new RangeError(`${looks.length} values are not looks of ${LOOK_LENGTH} each`)
  const describe = (i: number): number[] => Array.from(looks.subarray(i * LOOK_LENGTH, (i + 1) * LOOK_LENGTH))
  const random = keyedRandom(seed, 'groups')
  const sample = Array.from(random.permutation(count).subarray(0, SAMPLE)).sort((a, b) => a - b)
  const points = sample.map(describe)
  const most = groups ?? Math.min(MOST_GROUPS, Math.floor(count / IMAGES_PER_GROUP))
  const centroids = bestCentroids(points, groups ?? 2, most, () => random.integer(2 ** 31))
  const raw = Int32Array.from({ length: count }, (_, i) => nearestOf(describe(i), centroids))
  return bySize(raw, centroids.length)
}

function bestCentroids(points: number[][], fewest: number, most: number, nextSeed: () => number): number[][] {
  const n = points.length
  let best = { score: -Infinity, centroids: [new Array<number>(LOOK_LENGTH).fill(0)] }
  if (most < 2) return best.centroids
  const distances = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) distances[i * n + j] = distances[j * n + i] = distance(points[i]!, points[j]!)
  }
  for (let k = Math.min(fewest, n); k <= Math.min(most, n); k++) {
    const { clusters, centroids } = kmeans(points, k, { seed: nextSeed(), initialization: 'kmeans++' })
    const score = silhouette(distances, clusters, k)
    if (score > best.score) best = { score, centroids }
  }
  return best.centroids
}

function nearestOf(point: number[], centroids: readonly number[][]): number {
  let nearest = 0
  let least = Infinity
  for (const [i, centroid] of centroids.entries()) {
    const d = distance(point, centroid)
    if (d < least) [nearest, least] = [i, d]
  }
  return nearest
}

/** Renumbers groups by size (ties: by the earliest picture) and drops empty ones. */
function bySize(raw: Int32Array, k: number): Labels {
  const groups = Array.from({ length: k }, () => ({ size: 0, first: Infinity }))
  for (const [i, group] of raw.entries()) {
    groups[group]!.size++
    groups[group]!.first = Math.min(groups[group]!.first, i)
  }
  const order = [...groups.keys()]
    .filter((i) => groups[i]!.size > 0)
    .sort((a, b) => groups[b]!.size - groups[a]!.size || groups[a]!.first - groups[b]!.first)
  const rank = new Map(order.map((group, i) => [group, i]))
  return { classes: order.map((_, i) => `group ${i + 1}`), labels: raw.map((group) => rank.get(group)!) }
}
