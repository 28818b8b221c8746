/**
 * The noise of one picture: a field that is learnt, a budget of what the eye lets pass, and the change that they make.
 *
 * δ = s·(b·c + l·1): s is the field, b and l are the budgets of colour and of brightness at each place, c is blue against
 * yellow. The eye sees that axis in the least detail and a classifier as well as any other; a grey copy loses it, which
 * is what brightness is for. One field moves all channels, so that learning has one number a place to find.
 */

/**
 * Blue against yellow: the change of red, green and blue, in encoded values, that leaves the luminance of common colours as
 * it is. Luminance is what the eye sees, a sum of light; luma, the sum of encoded values that television has (0.136), weighs
 * blue higher, and a wave without luma is seen as light and dark.
 */
export const BLUE_YELLOW = [0.05, 0.05, -1] as const

/** Steps of a stored field between 0 and 1. */
const FIELD_STEPS = 127
/** A stored budget is in halves of a 0–255 step, up to 127.5. */
const HALVES = 2
const BUDGET_STEPS = HALVES * 255

/** What a place of a picture may change by, S×S each: halves of a 0–255 step. */
export interface Budget {
  readonly colour: Uint8Array
  readonly brightness: Uint8Array
}

/** Stored budgets are 2×S×S bytes, colour first. */
export function budgetOf(bytes: Uint8Array): Budget {
  const area = bytes.length / 2
  return { colour: bytes.subarray(0, area), brightness: bytes.subarray(area) }
}

/**
 * A budget from shares of its two amplitudes.
 * @param share S×S, 0–1, of each place. @param colour largest change by colour, 0–255, and `brightness`
 * @returns 2×S×S, as `budgetOf` reads it
 */
export function makeBudget(
  share: { readonly colour: Float32Array; readonly brightness: Float32Array },
  colour: number,
  brightness: number,
): Uint8Array {
  const area = share.colour.length
  const out = new Uint8Array(2 * area)
  for (let i = 0; i < area; i++) {
    out[i] = Math.min(255, Math.round(HALVES * colour * share.colour[i]!))
    out[area + i] = Math.min(255, Math.round(HALVES * brightness * share.brightness[i]!))
  }
  return out
}

/** A field as it is stored: −127 … 127. */
export function storedField(field: Float32Array): Int8Array {
  return Int8Array.from(field, (value) =>
    Math.max(-FIELD_STEPS, Math.min(FIELD_STEPS, Math.round(value * FIELD_STEPS))),
  )
}

/** A stored field as numbers, −1 … 1. */
export function fieldOf(stored: Int8Array): Float32Array {
  return Float32Array.from(stored, (value) => value / FIELD_STEPS)
}

/** How opaque the places of a picture are, S×S, 0–255; null: wholly. */
export type Opacity = Uint8Array | null

/**
 * What is added to a picture.
 * @param field S×S, −1 … 1
 * @param opacity where the picture is laid on white afterwards, as in its thumbnail; null: what is added to its own pixels
 * @returns 3×S×S, encoded values, 0–1
 */
export function changeOf(field: Float32Array, { colour, brightness }: Budget, opacity: Opacity): Float32Array {
  const area = field.length
  const out = new Float32Array(3 * area)
  for (let i = 0; i < area; i++) {
    const shown = (field[i]! / BUDGET_STEPS) * (opacity ? opacity[i]! / 255 : 1)
    const [b, l] = [shown * colour[i]!, shown * brightness[i]!]
    out[i] = BLUE_YELLOW[0] * b + l
    out[area + i] = BLUE_YELLOW[1] * b + l
    out[2 * area + i] = BLUE_YELLOW[2] * b + l
  }
  return out
}

/**
 * out = clip(x + δ, 0, 1), x being bytes/255 with its distance from mid-grey times `contrast`. `bytes` are a 3×S×S
 * thumbnail, δ what `changeOf` gives, or nothing.
 */
export function perturbed(bytes: Uint8Array, delta: Float32Array | undefined, out: Float32Array, contrast = 1): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = contrast === 1 ? bytes[i]! / 255 : 0.5 + contrast * (bytes[i]! / 255 - 0.5)
    out[i] = delta ? Math.min(1, Math.max(0, value + delta[i]!)) : value
  }
}

/**
 * Takes the gradient of a loss by the perturbed picture back to its field: the transpose of `changeOf`, and nothing where
 * the picture was clipped.
 * @param gradient 3×S×S. @returns S×S
 */
export function fieldGradient(
  bytes: Uint8Array,
  delta: Float32Array,
  { colour, brightness }: Budget,
  opacity: Opacity,
  gradient: Float32Array,
): Float32Array {
  const area = colour.length
  const out = new Float32Array(area)
  for (let i = 0; i < area; i++) {
    let sum = 0
    for (let c = 0; c < 3; c++) {
      const at = c * area + i
      const value = bytes[at]! / 255 + delta[at]!
      if (value >= 0 && value <= 1) sum += (BLUE_YELLOW[c]! * colour[i]! + brightness[i]!) * gradient[at]!
    }
    out[i] = (sum / BUDGET_STEPS) * (opacity ? opacity[i]! / 255 : 1)
  }
  return out
}

/** s ← clip(s − step·sign(gradient), ±1), in place. */
export function signStep(field: Float32Array, gradient: Float32Array, step: number): void {
  for (let i = 0; i < field.length; i++) {
    field[i] = Math.min(1, Math.max(-1, field[i]! - step * Math.sign(gradient[i]!)))
  }
}
