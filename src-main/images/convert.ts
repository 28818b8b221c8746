/** Steps that several pipelines share. */
import type { Metadata, Sharp } from 'sharp'

/** Makes a picture smaller to fit into a box of pixels, never larger; null: any. */
export function fitInto(
  pipeline: Sharp,
  { maxWidth, maxHeight }: { readonly maxWidth: number | null; readonly maxHeight: number | null },
): Sharp {
  if (maxWidth === null && maxHeight === null) return pipeline
  return pipeline.resize(maxWidth, maxHeight, { fit: 'inside', withoutEnlargement: true })
}

/** Converts to sRGB by the picture's profile; grey may stay grey. */
export function toSrgb(pipeline: Sharp, { icc, space }: Pick<Metadata, 'icc' | 'space'>): Sharp {
  const converted = pipeline.toColourspace('srgb')
  // 16-bit colour with a profile is worked on in Display P3 and would otherwise be left in it.
  return icc !== undefined && space === 'rgb16' ? converted.withIccProfile('srgb') : converted
}
