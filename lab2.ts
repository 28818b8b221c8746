import { readdirSync, writeFileSync, existsSync, readFileSync, mkdirSync } from 'node:fs'
import sharp from 'sharp'
import { onnxCpu } from './src-main/engines/onnx/engine.js'
import { ARCHITECTURES } from './src-main/core/surrogate/architecture.js'
import { initialState } from './src-main/core/surrogate/initialise.js'
import { keyedRandom } from './src-main/core/random/random.js'
import { initialNoise } from './src-main/core/protect/noise.js'
import { highPass } from './src-main/core/protect/spectrum.js'
import { roundBudget } from './src-main/core/protect/schedule.js'
import { train } from './src-main/workers/train.js'
import { noisePass } from './src-main/workers/noise-pass.js'
import { draws, correctCount } from './src-main/workers/evaluate.js'
import { exportImage } from './src-main/images/export.js'
import { thumbnail } from './src-main/images/thumbnail.js'
import { configureSharp } from './src-main/images/inspect.js'
configureSharp()
const arg = (n: string, d: string) => { const i = process.argv.indexOf('--' + n); return i < 0 ? d : process.argv[i + 1]! }
const N = (n: string, d: number) => Number(arg(n, String(d)))
const S = 32, seed = arg('seed', '1'), eps = N('eps', 8) / 255, sigma = 0.05, P = S * S, size = 3 * P
const DIR = arg('dir', '/work/shared/data/cifar10-1500')
const name = DIR.split('/').slice(-2).join('-')
const classes = readdirSync(DIR).filter((d) => !d.includes('.')).sort(), K = classes.length
const files: string[] = [], labels: number[] = []
classes.forEach((c, k) => readdirSync(`${DIR}/${c}`).sort().forEach((f) => { files.push(`${DIR}/${c}/${f}`); labels.push(k) }))
const n = files.length
mkdirSync('/tmp/runs/lab2', { recursive: true })
const raw = `/tmp/runs/lab2/${name}.raw`
if (!existsSync(raw)) { const b = new Uint8Array(n * size); for (let i = 0; i < n; i++) b.set(((await thumbnail(files[i]!, S)) as any).pixels, i * size); writeFileSync(raw, b) }
const bytes = readFileSync(raw)
const count = new Int32Array(K), test: number[] = [], tr: number[] = []
for (const i of keyedRandom('split', seed).permutation(n)) { const k = labels[i]!; if (count[k]! < Math.round(0.2 * labels.filter((l) => l === k).length)) { count[k]!++; test.push(i) } else tr.push(i) }
const ds = (path: string, items: number[]) => ({ thumbnails: { path, resolution: S }, items: Int32Array.from(items), labels: Int32Array.from(items, (i) => labels[i]!) })
const spec = { architecture: ARCHITECTURES.compact, classes: K, resolution: S }
const program = await (await onnxCpu()).load(spec)
const PR = { engine: 'cpu' as const, spec }

function strat(): Float32Array {
  const delta = new Float32Array(K * size)
  const SG: Record<string, number[][]> = { grey: [[1, 1, 1]], luma: [[1, 1, 1], [1, 1, -1], [-1, 1, 1]], any: [[1, 1, 1], [1, 1, -1], [-1, 1, 1], [1, -1, 1]] }
  const make = (key: string, L: number, sg: number[][]) => {
    const r0 = keyedRandom(seed, key), order = r0.permutation(K), porder = r0.permutation(K), sorder = r0.permutation(K), off = r0.uniform()
    const [p0, p1] = [N('p0', 4), N('p1', 5.333)]
    for (let k = 0; k < K; k++) {
      const r = keyedRandom(seed, key, k)
      const fold = ((order[k]! + off) / K) * (Math.PI / 2), a = r.uniform() < 0.5 ? fold : Math.PI - fold
      const fr = (2 * Math.PI) / (p0 + ((porder[k]! + 0.5) / K) * (p1 - p0)), ph = r.uniform() * 2 * Math.PI
      const sign = sg[sorder[k]! % sg.length]!
      for (let c = 0; c < 3; c++) for (let y = 0; y < S; y++) for (let x = 0; x < S; x++) delta[k * size + c * P + y * S + x]! += L * eps * sign[c]! * (Math.cos(fr * (Math.cos(a) * x + Math.sin(a) * y) + ph) > 0 ? 1 : -1)
    }
  }
  const L = N('luma', 0)
  if (L) { make('luma', L, [[1, 1, 1]]); make('chroma', 1 - L, [[1, 0, -1], [1, -1, 0], [0, 1, -1], [1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]]) } else make('strat', 1, SG[arg('signs', 'any')]!)
  return delta
}
let delta = arg('init', 'cur') === 'cur' ? initialNoise(K, S, eps, seed) : strat()
const start = delta.slice()
const rounds = N('rounds', roundBudget(tr.length)), stepsPer = N('steps', 10)
const first = N('first', 0.2), last = N('last', 0.02)
const t0 = performance.now()
let state = initialState(spec.architecture, K, `${seed}/learn`)
const originals = ds(raw, tr), lossless = { program: PR }
for (let round = 0; round < rounds; round++) {
  if (N('restart', 0) && round % N('restart', 0) === 0) state = initialState(spec.architecture, K, `${seed}/learn${round}`)
  state = (await train(program, { ...lossless, dataset: originals, noise: { delta, epsilon: eps, masked: false }, delta, state, seed: `${seed}/learn`, firstStep: round * stepsPer, steps: stepsPer, batchSize: 128, learningRate: { kind: 'constant', value: N('lr', 0.1) }, augmentation: 'per-image', distorted: false, weightNoise: { kind: 'uniform-scale', sigma } } as any)).state
  const share = rounds < 2 ? first : first + ((last - first) * round) / (rounds - 1)
  const before = delta
  delta = (await noisePass(program, { ...lossless, dataset: originals, model: { parameters: state.parameters, statistics: state.statistics }, noise: { delta, epsilon: eps, masked: false }, delta, masked: false, classes: Array.from({ length: K }, (_, k) => k), seed: `${seed}/learn`, round, distorted: false, batchSize: 128, epsilon: eps, step: share * eps, sigma } as any)).delta
  const keep = N('keep', 0)
  if (keep) for (let i = 0; i < delta.length; i++) delta[i] = (1 - keep) * delta[i]! + keep * start[i]!
  const g = N('lumaw', 0)
  if (g) for (let k = 0; k < K; k++) for (let p = 0; p < P; p++) { const o = k * size + p; const m = (delta[o]! + delta[o + P]! + delta[o + 2 * P]!) / 3; for (let c = 0; c < 3; c++) delta[o + c * P] = g * m + (1 - g) * delta[o + c * P]! }
  const cc = N('ccap', 0)
  if (cc) for (let k = 0; k < K; k++) for (let p = 0; p < P; p++) { const o = k * size + p; const m = (delta[o]! + delta[o + P]! + delta[o + 2 * P]!) / 3; for (let c = 0; c < 3; c++) { const ch = Math.max(-cc * eps, Math.min(cc * eps, delta[o + c * P]! - m)); delta[o + c * P] = Math.max(-eps, Math.min(eps, m + ch)) } }
  if (arg('hp', '1') === '1') delta = highPass(delta, S, eps)
}
const learnS = (performance.now() - t0) / 1000
const tag = process.argv.slice(2).join('_').replace(/[^\w.-]/g, '').slice(-120)
writeFileSync(`/tmp/runs/lab2/${tag}.delta`, new Uint8Array(delta.buffer))
let rms = 0; for (const v of delta) rms += (v / eps) ** 2
const gain = N('gain', 1), pb = new Uint8Array(n * size), out = `/tmp/runs/lab2/${tag}`
mkdirSync(out, { recursive: true })
for (const i of tr) {
  const k = labels[i]!
  if (arg('direct', '0') === '1') { for (let p = 0; p < size; p++) pb[i * size + p] = Math.max(0, Math.min(255, Math.round(bytes[i * size + p]! + 255 * delta[k * size + p]!))); continue }
  const target = `${out}/${i}.${files[i]!.split('.').pop()}`
  const r = await exportImage({ source: files[i]!, target, delta: delta.slice(k * size, (k + 1) * size).map((v) => v * gain), resolution: S, epsilon: 255 * eps, format: 'keep', quality: null, metadata: 'keep', reserve: 'none' } as any)
  pb.set(r.thumbnail, i * size)
}
const prot = `${out}.raw`
writeFileSync(prot, pb)
const fitSteps = N('fit', 900)
const fitOn = async (path: string, s: string, noise: boolean, steps: number) => {
  let st = initialState(spec.architecture, K, `${s}/fit`)
  st = (await train(program, { ...lossless, dataset: ds(path, tr), state: st, seed: s, firstStep: 0, steps, batchSize: 64, learningRate: { kind: 'one-cycle', peak: 0.1, totalSteps: steps }, augmentation: 'per-image', distorted: false, weightNoise: noise ? { kind: 'fixed', sigma } : { kind: 'none' } } as any)).state
  const model = { parameters: st.parameters, statistics: st.statistics }
  const clean = await correctCount(program, { program: PR, dataset: ds(raw, test), model } as any) / test.length
  if (!noise) return +clean.toFixed(3)
  const fits = await correctCount(program, { program: PR, dataset: ds(path, tr), model } as any) / tr.length
  const d = await draws(program, { program: PR, dataset: ds(raw, test), model, smoothing: { kind: 'isotropic', sigma }, seed: s, first: 0, count: 100 } as any)
  const q = [...d.correct].sort((a, b) => a - b).map((v) => +(v / test.length).toFixed(3))
  return { fits: +fits.toFixed(3), clean: +clean.toFixed(3), med: q[50], q90: q[90], q977: q[97] }
}
const views: Record<string, (b: Buffer | string) => sharp.Sharp> = {
  gray: (b) => sharp(b).greyscale().toColourspace('srgb').png(),
  jpeg50: (b) => sharp(b).jpeg({ quality: 50 }),
}
const res: unknown[] = []
for (const s of arg('fits', 'a').split(',')) res.push(await fitOn(arg('none', '0') === '1' ? raw : prot, `${seed}/${s}`, true, fitSteps))
for (const v of arg('views', '').split(',').filter(Boolean)) {
  const b = new Uint8Array(n * size)
  for (const i of tr) { const f = `${out}/${i}.${files[i]!.split('.').pop()}`; await views[v]!(f).toFile(`${out}/v.img`); b.set(((await thumbnail(`${out}/v.img`, S)) as any).pixels, i * size) }
  writeFileSync(`${out}.${v}.raw`, b)
  res.push({ [v]: await fitOn(`${out}.${v}.raw`, `${seed}/v`, false, 450) })
}
console.log(JSON.stringify({ tag, rms: +Math.sqrt(rms / delta.length).toFixed(2), learnS: Math.round(learnS), total: Math.round((performance.now() - t0) / 1000), res }))
process.exit(0)
