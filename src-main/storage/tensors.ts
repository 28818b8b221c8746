/** The form of a checkpoint: 4 bytes of header length, a JSON header, then the floats of each tensor, little-endian. */
import { z } from 'zod'

/** Names and lengths of the tensors in the order in which they follow, and whatever describes them. */
export function tensorHeader<T>(meta: z.ZodType<T>): z.ZodType<{ meta: T; tensors: [string, number][] }> {
  return z.strictObject({ meta, tensors: z.array(z.tuple([z.string(), z.int().min(0)])) })
}

export function encodeTensors(meta: unknown, tensors: Readonly<Record<string, Float32Array>>): Buffer {
  const entries = Object.entries(tensors)
  const header = Buffer.from(JSON.stringify({ meta, tensors: entries.map(([name, { length }]) => [name, length]) }))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(header.length)
  const bodies = entries.map(([, t]) => Buffer.from(t.buffer, t.byteOffset, t.byteLength))
  return Buffer.concat([size, header, ...bodies])
}

/** Header text and body, or null when the bytes are too short to be a checkpoint. */
export function splitTensors(bytes: Buffer): { header: string; body: Buffer } | null {
  if (bytes.length < 4) return null
  const end = 4 + bytes.readUInt32LE(0)
  return end > bytes.length ? null : { header: bytes.toString('utf8', 4, end), body: bytes.subarray(end) }
}
