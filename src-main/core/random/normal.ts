/** Horner's rule for a polynomial of degree 7, lowest coefficient first. */
const poly = (c: readonly number[], x: number): number => {
  let sum = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + (c[i] ?? 0)
  return sum
}

const TAIL = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
]
const TAIL_BELOW = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const FAR = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
]
const FAR_BELOW = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
  1.421511758316446e-7, 2.0442631033899397e-15,
]

/** −Φ⁻¹(p) for 0 < p < 0.075, where the normal tail needs a logarithm. */
function tail(p: number): number {
  const r = Math.sqrt(-Math.log(p))
  return r <= 5 ? poly(TAIL, r - 1.6) / poly(TAIL_BELOW, r - 1.6) : poly(FAR, r - 5) / poly(FAR_BELOW, r - 5)
}

/**
 * −Φ⁻¹(p) for p in (0, 0.5]: how many standard deviations the upper tail of probability p lies above the mean.
 * Relative error about 1e-16 (Wichura 1988, Applied Statistics algorithm AS 241, PPND16). The central polynomials are
 * written out because the weight noise calls this hundreds of millions of times.
 */
export function upperNormalQuantile(p: number): number {
  const q = 0.5 - p
  if (q > 0.425) return tail(p)
  const r = 0.180625 - q * q
  const above =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
      13731.69376550946) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665
  const below =
    ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1
  return (q * above) / below
}

/** Φ⁻¹(p), the standard normal quantile; ∓∞ at 0 and 1. Throws a RangeError outside [0, 1]. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A probability must lie in [0, 1], not ${p}`)
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  return p < 0.5 ? -upperNormalQuantile(p) : upperNormalQuantile(1 - p)
}
