/** Weights of red, green and blue in the luma of ITU-R BT.601, as JPEG and most libraries make pictures grey. */
export const LUMA = [0.299, 0.587, 0.114] as const

/** Luma of encoded values, in their unit. */
export function luma(red: number, green: number, blue: number): number {
  return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
}
