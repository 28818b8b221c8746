/** A picture opened for the list of a collection: whether it can be read at all, how large it is, and how it looks. */
import { LOOK_SIDE, lookOf } from './groups.js'
import { thumbnail } from './thumbnail.js'

export interface ExamineRequest {
  /** Absolute paths of the pictures. */
  readonly sources: readonly string[]
}

/** Per source: size as displayed, SHA-256 of the file, and `lookOf` of the picture; or why it cannot be read. */
export type Examined =
  | { readonly ok: true; readonly width: number; readonly height: number; readonly sha256: string; look: Float32Array }
  | { readonly ok: false; readonly reason: string }

/** Decodes each picture, because only that tells whether it is whole. One item a source, in order; never throws for a bad picture. */
export async function examine({ sources }: ExamineRequest): Promise<Examined[]> {
  const items: Examined[] = []
  for (const source of sources) {
    const found = await thumbnail(source, LOOK_SIDE)
    if (!found.ok) items.push(found)
    else {
      const { width, height, sha256, pixels } = found
      items.push({ ok: true, width, height, sha256, look: lookOf(pixels, LOOK_SIDE) })
    }
  }
  return items
}
