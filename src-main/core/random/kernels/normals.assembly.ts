/**
 * The numbers of `KeyedRandom.gaussian`, many at a time, two in one instruction. This is AssemblyScript, not TypeScript:
 * `npm run kernels` compiles it to normals.wasm.ts. random.test.ts holds it to the scalar form, bit for bit.
 */

/** The rare case of a tail, which needs a logarithm: left to the scalar form, so that both give the same bits. */
// @ts-ignore: a decorator of AssemblyScript
@external('env', 'tail')
declare function tail(p: f64): f64

/** Words of xoshiro128** (Blackman & Vigna 2021). @param state its four words, moved on. */
export function words(to: usize, count: i32, state: usize): void {
  let a = load<u32>(state)
  let b = load<u32>(state, 4)
  let c = load<u32>(state, 8)
  let d = load<u32>(state, 12)
  for (let at: usize = to, end = to + (<usize>count << 2); at < end; at += 4) {
    store<u32>(at, rotl<u32>(b * 5, 7) * 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotl<u32>(d, 11)
  }
  store<u32>(state, a)
  store<u32>(state, b, 4)
  store<u32>(state, c, 8)
  store<u32>(state, d, 12)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function times(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient))
}

/**
 * to[i] = scale · Φ⁻¹ of the midpoint of a random cell of width 2⁻⁵³ (AS 241, PPND16); float32.
 * @param from two words for each value
 * @param count even
 */
export function normals(to: usize, from: usize, count: i32, scale: f64): void {
  const half = f64x2.splat(0.5)
  const one = f64x2.splat(1)
  /** Half a cell: 2⁻⁵⁴. */
  const cell = f64x2.splat(5.551115123125783e-17)
  for (let at: usize = to, end = to + (<usize>count << 2); at < end; at += 8, from += 16) {
    const pair = v128.load(from)
    const high = i32x4.shr_u(v128.shuffle<u32>(pair, pair, 0, 2, 0, 2), 5)
    const low = i32x4.shr_u(v128.shuffle<u32>(pair, pair, 1, 3, 1, 3), 6)
    const mantissa = f64x2.add(
      f64x2.mul(f64x2.convert_low_i32x4_u(high), f64x2.splat(67108864)),
      f64x2.convert_low_i32x4_u(low),
    )
    const u = f64x2.sub(f64x2.mul(mantissa, f64x2.splat(2.220446049250313e-16)), one)
    // Of the smaller tail: both are resolved equally well.
    const p = f64x2.mul(f64x2.add(f64x2.sub(one, f64x2.abs(u)), cell), half)
    const q = f64x2.sub(half, p)
    const r = f64x2.sub(f64x2.splat(0.180625), f64x2.mul(q, q))
    let above = f64x2.splat(2509.0809287301227)
    above = times(above, r, 33430.57558358813)
    above = times(above, r, 67265.7709270087)
    above = times(above, r, 45921.95393154987)
    above = times(above, r, 13731.69376550946)
    above = times(above, r, 1971.5909503065513)
    above = times(above, r, 133.14166789178438)
    above = times(above, r, 3.3871328727963665)
    let below = f64x2.splat(5226.495278852854)
    below = times(below, r, 28729.085735721943)
    below = times(below, r, 39307.89580009271)
    below = times(below, r, 21213.794301586597)
    below = times(below, r, 5394.196021424751)
    below = times(below, r, 687.1870074920579)
    below = times(below, r, 42.31333070160091)
    below = times(below, r, 1)
    let z = f64x2.div(f64x2.mul(q, above), below)
    if (v128.any_true(f64x2.gt(q, f64x2.splat(0.425)))) {
      if (f64x2.extract_lane(q, 0) > 0.425) z = f64x2.replace_lane(z, 0, tail(f64x2.extract_lane(p, 0)))
      if (f64x2.extract_lane(q, 1) > 0.425) z = f64x2.replace_lane(z, 1, tail(f64x2.extract_lane(p, 1)))
    }
    const sign = v128.and(u, f64x2.splat(-0.0))
    const signed = f64x2.mul(f64x2.splat(scale), v128.xor(z, sign))
    v128.store64_lane(at, f32x4.demote_f64x2_zero(signed), 0)
  }
}
