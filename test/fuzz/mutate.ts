/** Damages files in the ways that break readers: bits, lengths, sizes, cuts, repeats, and parts of another file. */
import { crc32 } from 'node:zlib'
import type { KeyedRandom as Random } from '../../src-main/core/random/random.js'

/** Values at which counts and lengths are misread. */
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 30_000, 0x7fffffff, 0x80000000, 0xffffffff]
/** Where the headers of small pictures are. */
const HEADER = 200

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

const at = (bytes: Buffer, random: Random): number => random.integer(Math.max(1, bytes.length))

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    for (let n = 1 + random.integer(16); n > 0 && bytes.length > 0; n--)
      bytes[at(bytes, random)]! ^= 1 << random.integer(8)
    return bytes
  },
  function setBytes(bytes, random) {
    for (let n = 1 + random.integer(8); n > 0 && bytes.length > 0; n--) bytes[at(bytes, random)] = random.integer(256)
    return bytes
  },
  function setField(bytes, random) {
    const value = EXTREMES[random.integer(EXTREMES.length)]!
    const size = [1, 2, 4][random.integer(3)]!
    const place = random.integer(Math.max(1, Math.min(HEADER, bytes.length) - size))
    if (bytes.length < size) return bytes
    const masked = size === 4 ? value : value % 2 ** (8 * size)
    if (random.integer(2) === 0) bytes.writeUIntBE(masked, place, size)
    else bytes.writeUIntLE(masked, place, size)
    return bytes
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, at(bytes, random))
  },
  function remove(bytes, random) {
    const start = at(bytes, random)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + random.integer(64))])
  },
  function repeat(bytes, random) {
    const start = at(bytes, random)
    const part = bytes.subarray(start, start + 1 + random.integer(128))
    return Buffer.concat([bytes.subarray(0, start), part, part, bytes.subarray(start)])
  },
  function insert(bytes, random) {
    const start = at(bytes, random)
    const noise = Buffer.from(Array.from({ length: random.integer(64) }, () => random.integer(256)))
    return Buffer.concat([bytes.subarray(0, start), noise, bytes.subarray(start)])
  },
  function splice(bytes, random, other) {
    return Buffer.concat([bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random))])
  },
]

/** A damaged copy of `seed`; `other` lends parts. The same random numbers give the same bytes. */
export function mutate(seed: Buffer, other: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed)
  for (let n = 1 + random.integer(3); n > 0; n--) {
    bytes = Buffer.from(MUTATIONS[random.integer(MUTATIONS.length)]!(bytes, random, other))
  }
  return random.integer(2) === 0 ? bytes : withChecksums(bytes)
}

/** Makes the checksums of a PNG right again, so that the damage gets past them. */
function withChecksums(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return bytes
  for (let start = 8; start + 12 <= bytes.length;) {
    const end = start + 8 + bytes.readUInt32BE(start)
    if (end + 4 > bytes.length) break
    bytes.writeUInt32BE(crc32(bytes.subarray(start + 4, end)), end)
    start = end + 4
  }
  return bytes
}
