/** Horner's rule for a polynomial of degree 7, lowest coefficient first. */
const poly = (c: readonly number[], x: number): number => {
  let sum = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + (c[i] ?? 0)
  return sum
}

const TAIL = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4,
]
const TAIL_BELOW = [
  1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1,
  1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9,
]
const FAR = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
  2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
]
const FAR_BELOW = [
  1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
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
    ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
      45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r +
      133.14166789178437745) * r + 3.387132872796366608
  const below =
    ((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
      21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r +
      42.313330701600911252) * r + 1
  return (q * above) / below
}

/** Φ⁻¹(p), the standard normal quantile; ∓∞ at 0 and 1. Throws a RangeError outside [0, 1]. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A probability must lie in [0, 1], not ${p}`)
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  return p < 0.5 ? -upperNormalQuantile(p) : upperNormalQuantile(1 - p)
}
