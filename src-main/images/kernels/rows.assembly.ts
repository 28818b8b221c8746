/**
 * Whole rows of picture values at a time, 16 bytes in one instruction. This is AssemblyScript, not TypeScript:
 * `npm run kernels` compiles it to rows.wasm.ts. Addresses are multiples of 16, and rows are padded to a multiple of 16
 * values. perturb.test.ts compares what comes of them with the definition in plain arithmetic.
 */

/** Sums of `compare` beyond its return value: how often 32-bit sums are emptied into a 64-bit one, in vectors. */
const FLUSH = 1024

/** to[i] = clip(wa·a[i] + wb·b[i] + wc·c[i] + wd·d[i], ±limit); float32. */
export function combine(
  to: usize, count: i32, limit: f32,
  a: usize, wa: f32, b: usize, wb: f32, c: usize, wc: f32, d: usize, wd: f32,
): void {
  const low = f32x4.splat(-limit)
  const high = f32x4.splat(limit)
  const va = f32x4.splat(wa)
  const vb = f32x4.splat(wb)
  const vc = f32x4.splat(wc)
  const vd = f32x4.splat(wd)
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16) {
    const left = f32x4.add(f32x4.mul(va, v128.load(a + at)), f32x4.mul(vb, v128.load(b + at)))
    const right = f32x4.add(f32x4.mul(vc, v128.load(c + at)), f32x4.mul(vd, v128.load(d + at)))
    v128.store(to + at, f32x4.min(high, f32x4.max(low, f32x4.add(left, right))))
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function rounded(noise: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(v128.load(noise), f32x4.splat(0.5))))
}

/** to[i] = from[i] + ⌊noise[i] + ½⌋, kept in 0–255; bytes and float32. */
export function add(to: usize, from: usize, noise: usize, count: i32): void {
  for (let at: usize = 0, end = <usize>count; at < end; at += 16) {
    const row = noise + (at << 2)
    const low = i16x8.narrow_i32x4_s(rounded(row), rounded(row + 16))
    const high = i16x8.narrow_i32x4_s(rounded(row + 32), rounded(row + 48))
    const values = v128.load(from + at)
    v128.store(
      to + at,
      i8x16.narrow_i16x8_u(
        i16x8.add(i16x8.extend_low_i8x16_u(values), low),
        i16x8.add(i16x8.extend_high_i8x16_u(values), high),
      ),
    )
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function accumulate(sums: usize, values: v128): void {
  v128.store(sums, i16x8.add(v128.load(sums), i16x8.extend_low_i8x16_u(values)))
  v128.store(sums + 16, i16x8.add(v128.load(sums + 16), i16x8.extend_high_i8x16_u(values)))
}

/**
 * Compares two rows of bytes, and adds each to a row of 16-bit sums.
 *
 * @param worst 16 bytes: the largest difference so far in each place
 * @param mask 16 bytes, of which 0 leaves the value's place out of the squares
 * @returns the sum of the squared differences
 */
export function compare(a: usize, b: usize, count: i32, worst: usize, mask: usize, sumsA: usize, sumsB: usize): f64 {
  const counted = v128.load(mask)
  let largest = v128.load(worst)
  let total = i64x2.splat(0)
  let at: usize = 0
  for (let end = <usize>count; at < end;) {
    let squares = i32x4.splat(0)
    for (let stop = min(end, at + (FLUSH << 4)); at < stop; at += 16) {
      const x = v128.load(a + at)
      const y = v128.load(b + at)
      const difference = v128.or(i8x16.sub_sat_u(x, y), i8x16.sub_sat_u(y, x))
      largest = i8x16.max_u(largest, difference)
      const kept = v128.and(difference, counted)
      const low = i16x8.extend_low_i8x16_u(kept)
      const high = i16x8.extend_high_i8x16_u(kept)
      squares = i32x4.add(squares, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)))
      accumulate(sumsA + (at << 1), x)
      accumulate(sumsB + (at << 1), y)
    }
    total = i64x2.add(
      total,
      i64x2.add(i64x2.extend_low_i32x4_u(squares), i64x2.extend_high_i32x4_u(squares)),
    )
  }
  v128.store(worst, largest)
  return <f64>(i64x2.extract_lane(total, 0) + i64x2.extract_lane(total, 1))
}
