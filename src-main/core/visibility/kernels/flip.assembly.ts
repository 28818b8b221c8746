/**
 * The steps of ꟻLIP (see ../flip.ts), 4 pixels in one instruction. This is AssemblyScript, not TypeScript:
 * `npm run kernels` compiles it to flip.wasm.ts. Planes are float32; what lies behind one's last value, up to 16 values,
 * may be overwritten. flip.test.ts has the same functions in scalar form.
 */

/** Linear sRGB to shares of the white point D65 in XYZ, and back. */
const XR: f32 = 0.433895388, XG: f32 = 0.376242374, XB: f32 = 0.189862238
const YR: f32 = 0.21263682, YG: f32 = 0.71518298, YB: f32 = 0.0721802
const ZR: f32 = 0.017752423, ZG: f32 = 0.109465625, ZB: f32 = 0.872781952
const RX: f32 = 3.080342, RY: f32 = -1.53739899, RZ: f32 = -0.54294301
const GX: f32 = -0.92117839, GY: f32 = 1.87592999, GZ: f32 = 0.0452484
const BX: f32 = 0.05288129, BY: f32 = -0.2040112, BZ: f32 = 1.15112991

// @ts-ignore: a decorator of AssemblyScript
@inline
function mix(a: f32, x: v128, b: f32, y: v128, c: f32, z: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(f32x4.splat(a), x), f32x4.mul(f32x4.splat(b), y)),
    f32x4.mul(f32x4.splat(c), z),
  )
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function horner(sum: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(sum, x), f32x4.splat(coefficient))
}

/** xʸ for x ≥ 0 and y > 0, to a few units of the last place; 0 for 0. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function power(x: v128, y: v128): v128 {
  // x = 2ⁿ·m with m between √½ and √2; log m = 2·artanh((m − 1)/(m + 1)), as a series.
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3))
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23))
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  const t = f32x4.div(f32x4.sub(m, f32x4.splat(1)), f32x4.add(m, f32x4.splat(1)))
  const tt = f32x4.mul(t, t)
  let series = f32x4.splat(2.8853901 / 9)
  series = horner(series, tt, 2.8853901 / 7)
  series = horner(series, tt, 2.8853901 / 5)
  series = horner(series, tt, 2.8853901 / 3)
  series = horner(series, tt, 2.8853901)
  const log = f32x4.add(exponent, f32x4.mul(series, t))
  // 2ᶻ = 2ⁿ·e^u with |u| ≤ ½·log 2, as a series.
  const z = f32x4.max(f32x4.mul(log, y), f32x4.splat(-126))
  const n = f32x4.nearest(z)
  const u = f32x4.mul(f32x4.sub(z, n), f32x4.splat(0.6931472))
  let e = f32x4.splat(1.0 / 5040)
  e = horner(e, u, 1.0 / 720)
  e = horner(e, u, 1.0 / 120)
  e = horner(e, u, 1.0 / 24)
  e = horner(e, u, 1.0 / 6)
  e = horner(e, u, 0.5)
  e = horner(e, u, 1)
  e = horner(e, u, 1)
  const scaled = i32x4.add(e, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23))
  return v128.and(scaled, f32x4.gt(x, f32x4.splat(0)))
}

/**
 * YCxCz of bytes.
 * @param from interleaved R, G, B
 * @param table the linear value of each byte, float32
 * @param to three planes, `plane` bytes apart
 */
export function opponents(to: usize, plane: usize, from: usize, count: i32, table: usize): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16) {
    let r = f32x4.splat(0)
    let g = r
    let b = r
    for (let i: usize = 0; i < 4; i++) {
      const pixel = from + 3 * ((at >> 2) + i)
      // Lane by lane through memory: lanes have no index at run time.
      store<f32>(to + at + (i << 2), load<f32>(table + (<usize>load<u8>(pixel) << 2)))
      store<f32>(to + plane + at + (i << 2), load<f32>(table + (<usize>load<u8>(pixel, 1) << 2)))
      store<f32>(to + 2 * plane + at + (i << 2), load<f32>(table + (<usize>load<u8>(pixel, 2) << 2)))
    }
    r = v128.load(to + at)
    g = v128.load(to + plane + at)
    b = v128.load(to + 2 * plane + at)
    const x = mix(XR, r, XG, g, XB, b)
    const y = mix(YR, r, YG, g, YB, b)
    const z = mix(ZR, r, ZG, g, ZB, b)
    v128.store(to + at, f32x4.sub(f32x4.mul(f32x4.splat(116), y), f32x4.splat(16)))
    v128.store(to + plane + at, f32x4.mul(f32x4.splat(500), f32x4.sub(x, y)))
    v128.store(to + 2 * plane + at, f32x4.mul(f32x4.splat(200), f32x4.sub(y, z)))
  }
}

/**
 * to[i] = w₀·from[i] + Σ wₖ·(from[i + k·step] + from[i − k·step]).
 * @param step in bytes
 * @param weights w₀ … w_radius, float32
 * @param onto adds the result to what is there
 */
export function even(
  to: usize, from: usize, count: i32, step: usize, weights: usize, radius: i32, onto: bool,
): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 64) {
    const here = from + at
    let w = v128.load32_splat(weights)
    let a = f32x4.mul(w, v128.load(here))
    let b = f32x4.mul(w, v128.load(here, 16))
    let c = f32x4.mul(w, v128.load(here, 32))
    let d = f32x4.mul(w, v128.load(here, 48))
    let left = here
    let right = here
    for (let k = 1; k <= radius; k++) {
      left -= step
      right += step
      w = v128.load32_splat(weights + (<usize>k << 2))
      a = f32x4.add(a, f32x4.mul(w, f32x4.add(v128.load(left), v128.load(right))))
      b = f32x4.add(b, f32x4.mul(w, f32x4.add(v128.load(left, 16), v128.load(right, 16))))
      c = f32x4.add(c, f32x4.mul(w, f32x4.add(v128.load(left, 32), v128.load(right, 32))))
      d = f32x4.add(d, f32x4.mul(w, f32x4.add(v128.load(left, 48), v128.load(right, 48))))
    }
    if (onto) {
      a = f32x4.add(a, v128.load(to + at))
      b = f32x4.add(b, v128.load(to + at, 16))
      c = f32x4.add(c, v128.load(to + at, 32))
      d = f32x4.add(d, v128.load(to + at, 48))
    }
    v128.store(to + at, a)
    v128.store(to + at, b, 16)
    v128.store(to + at, c, 32)
    v128.store(to + at, d, 48)
  }
}

/** to[i] = Σ wₖ·(from[i + k·step] − from[i − k·step]); as `even`. */
export function odd(to: usize, from: usize, count: i32, step: usize, weights: usize, radius: i32): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 64) {
    let left = from + at
    let right = left
    let a = f32x4.splat(0)
    let b = a
    let c = a
    let d = a
    for (let k = 1; k <= radius; k++) {
      left -= step
      right += step
      const w = v128.load32_splat(weights + (<usize>k << 2))
      a = f32x4.add(a, f32x4.mul(w, f32x4.sub(v128.load(right), v128.load(left))))
      b = f32x4.add(b, f32x4.mul(w, f32x4.sub(v128.load(right, 16), v128.load(left, 16))))
      c = f32x4.add(c, f32x4.mul(w, f32x4.sub(v128.load(right, 32), v128.load(left, 32))))
      d = f32x4.add(d, f32x4.mul(w, f32x4.sub(v128.load(right, 48), v128.load(left, 48))))
    }
    v128.store(to + at, a)
    v128.store(to + at, b, 16)
    v128.store(to + at, c, 32)
    v128.store(to + at, d, 48)
  }
}

/** to[i] = √(a[i]² + b[i]²). */
export function magnitude(to: usize, a: usize, b: usize, count: i32): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16) {
    const x = v128.load(a + at)
    const y = v128.load(b + at)
    v128.store(to + at, f32x4.sqrt(f32x4.add(f32x4.mul(x, x), f32x4.mul(y, y))))
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function unit(x: v128): v128 {
  return f32x4.min(f32x4.splat(1), f32x4.max(f32x4.splat(0), x))
}

/** CIELAB's compressed share of the white point. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function lightness(x: v128): v128 {
  const root = power(x, f32x4.splat(1.0 / 3))
  const line = f32x4.add(f32x4.mul(x, f32x4.splat(841.0 / 108)), f32x4.splat(4.0 / 29))
  return v128.bitselect(root, line, f32x4.gt(x, f32x4.splat(216.0 / 24389)))
}

/**
 * CIELAB with Hunt's adjustment of filtered YCxCz, whose colours are first kept in the gamut.
 * @param planes three planes, `plane` bytes apart; overwritten by L*, a*, b*
 */
export function appearance(planes: usize, plane: usize, count: i32): void {
  for (let at = planes, end = planes + (<usize>count << 2); at < end; at += 16) {
    let y = f32x4.mul(f32x4.add(v128.load(at), f32x4.splat(16)), f32x4.splat(1.0 / 116))
    let x = f32x4.add(y, f32x4.mul(v128.load(at + plane), f32x4.splat(1.0 / 500)))
    let z = f32x4.sub(y, f32x4.mul(v128.load(at + 2 * plane), f32x4.splat(1.0 / 200)))
    const r = unit(mix(RX, x, RY, y, RZ, z))
    const g = unit(mix(GX, x, GY, y, GZ, z))
    const b = unit(mix(BX, x, BY, y, BZ, z))
    x = lightness(mix(XR, r, XG, g, XB, b))
    y = lightness(mix(YR, r, YG, g, YB, b))
    z = lightness(mix(ZR, r, ZG, g, ZB, b))
    const l = f32x4.sub(f32x4.mul(f32x4.splat(116), y), f32x4.splat(16))
    v128.store(at, l)
    v128.store(at + plane, f32x4.mul(f32x4.mul(f32x4.splat(5), l), f32x4.sub(x, y)))
    v128.store(at + 2 * plane, f32x4.mul(f32x4.mul(f32x4.splat(2), l), f32x4.sub(y, z)))
  }
}

/**
 * ꟻLIP of each pixel.
 * @param a five planes, `plane` bytes apart: L*, a*, b*, edges, points; so is b
 * @param most the largest colour difference there is, after its power
 */
export function difference(to: usize, a: usize, b: usize, plane: usize, count: i32, most: f32): void {
  const knee = f32x4.splat(0.4 * most)
  const one = f32x4.splat(1)
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16) {
    const p = a + at
    const q = b + at
    const l = f32x4.abs(f32x4.sub(v128.load(p), v128.load(q)))
    const u = f32x4.sub(v128.load(p + plane), v128.load(q + plane))
    const v = f32x4.sub(v128.load(p + 2 * plane), v128.load(q + 2 * plane))
    const hyab = f32x4.add(l, f32x4.sqrt(f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v))))
    const raised = power(hyab, f32x4.splat(0.7))
    const low = f32x4.mul(raised, f32x4.splat(0.95 / (0.4 * most)))
    const high = f32x4.add(
      f32x4.splat(0.95),
      f32x4.mul(f32x4.sub(raised, knee), f32x4.splat(0.05 / (0.6 * most))),
    )
    const colour = unit(v128.bitselect(low, high, f32x4.lt(raised, knee)))
    const edges = f32x4.abs(f32x4.sub(v128.load(p + 3 * plane), v128.load(q + 3 * plane)))
    const points = f32x4.abs(f32x4.sub(v128.load(p + 4 * plane), v128.load(q + 4 * plane)))
    const feature = unit(f32x4.sqrt(f32x4.mul(f32x4.max(edges, points), f32x4.splat(0.70710678))))
    v128.store(to + at, unit(power(colour, f32x4.sub(one, feature))))
  }
}
