/**
 * The waves that noise starts from: a secret frequency for each class, and a phase of its own for each picture.
 *
 * Waves that all pictures of a class share in frequency are a shortcut by themselves (Yu et al. 2022, "Availability
 * attacks create shortcuts"). The phases are random, so that the mean of a class's pictures holds none of them.
 */
import { keyedRandom } from '../random/random.js'

/** Cycles over the width of a picture, and over its height; both positive. */
export interface Carrier {
  readonly across: number
  readonly down: number
}

/** Frequencies of all classes, cycles a picture. */
export interface CarrierBand {
  readonly lowest: number
  readonly highest: number
}

/** Directions closer to an axis than this share of the quarter are left out: pictures hold most of their edges there. */
const MARGIN = 0.06
/** Largest turn of one picture's wave against its class's, radians, where there is room for it. */
const JITTER = 0.06
/** Smallest amplitude of a picture's wave; the largest is 1. */
const FAINTEST = 0.8

/**
 * A carrier for each class, spread evenly over a quarter of a ring of frequencies, in a secret order and turned by a
 * secret amount. A mirrored picture shows the direction π − θ for θ, so only a quarter of all directions can tell classes
 * apart. Two classes whose waves are alike could only be told apart by what their pictures show.
 */
export function dealCarriers(seed: string, classes: number, { lowest, highest }: CarrierBand): Carrier[] {
  const random = keyedRandom(seed, 'carriers')
  const first = (Math.PI / 2) * MARGIN
  const last = Math.PI / 2 - first
  // As many rings as keep neighbours about as far apart along them as across them.
  const middle = (lowest + highest) / 2
  const wanted = Math.sqrt(((highest - lowest) * classes) / ((last - first) * middle))
  const rings = Math.max(1, Math.min(classes, Math.round(wanted)))
  const places: Carrier[] = []
  for (let ring = 0; ring < rings; ring++) {
    const radius = lowest + ((ring + 0.5) / rings) * (highest - lowest)
    const count = Math.floor(((ring + 1) * classes) / rings) - Math.floor((ring * classes) / rings)
    const turn = random.uniform()
    for (let i = 0; i < count; i++) {
      const angle = first + ((i + turn) / count) * (last - first)
      places.push({ across: radius * Math.cos(angle), down: radius * Math.sin(angle) })
    }
  }
  const order = random.permutation(classes)
  return Array.from(order, (place) => places[place]!)
}

/** Distance to the nearest other carrier, cycles; Infinity where there is none. */
export function spacingOf(carriers: readonly Carrier[]): number {
  let least = Infinity
  carriers.forEach((a, i) => {
    for (const b of carriers.slice(i + 1)) least = Math.min(least, Math.hypot(a.across - b.across, a.down - b.down))
  })
  return least
}

/**
 * The field that learning starts from: a square wave at the carrier of the picture's class, with a phase, a turn, a
 * mirror image or not, and an amplitude of its own.
 * @param picture names the picture, whatever its place in the collection
 * @param spacing as of `spacingOf`: the turn keeps to a quarter of it
 * @returns S×S, −1 … 1
 */
export function carrierField(
  seed: string,
  image: string,
  { across, down }: Carrier,
  spacing: number,
  resolution: number,
): Float32Array {
  const random = keyedRandom(seed, 'carrier', image)
  const frequency = Math.hypot(across, down)
  const turn = (2 * random.uniform() - 1) * Math.min(JITTER, spacing / 4 / frequency)
  const angle = Math.atan2(down, across) + turn
  const mirror = random.uniform() < 0.5 ? -1 : 1
  const phase = 2 * Math.PI * random.uniform()
  const amplitude = FAINTEST + (1 - FAINTEST) * random.uniform()
  const stepX = (2 * Math.PI * frequency * Math.cos(angle) * mirror) / resolution
  const stepY = (2 * Math.PI * frequency * Math.sin(angle)) / resolution
  const field = new Float32Array(resolution * resolution)
  let at = 0
  for (let y = 0; y < resolution; y++)
    for (let x = 0; x < resolution; x++)
      field[at++] = Math.cos(stepX * (x + 0.5) + stepY * (y + 0.5) + phase) > 0 ? amplitude : -amplitude
  return field
}
