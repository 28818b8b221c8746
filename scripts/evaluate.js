/**
 * Measures the protection on a collection: how much is seen, certified bounds, and what ordinary attackers learn.
 *
 *   npm run evaluate -- FOLDER [--methods pue,emn] [--seeds 1,2,3] [--strength balanced] [--resolution 64] [--runs 0]
 *                    [--views none,grey] [--nets vgg,resnet] [--sizes 64,128] [--weight-noise 0,0.01]
 *                    [--attack-seeds 1] [--steps 450] [--heads mobilenet,inception] [--keep DIR] [--json]
 *
 * FOLDER has one sub-folder a class. Prints Markdown tables, or one JSON object. Without --views no attacker is tried;
 * attackers need Debian's python3-torch and python3-pil, Butteraugli needs libjxl-devtools. --heads tries linear
 * classifiers on pretrained networks (probe.js), which are fetched when first used: on the plain view, and on those of
 * --views that are grey or JPEG. --keep DIR stores the protected folders and what attackers reached, and uses what it
 * finds.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { PYTHON } from './python.js'

const list = (text) => text.split(',').filter(Boolean)
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: 'string', default: 'pue' },
    seeds: { type: 'string', default: '1' },
    views: { type: 'string', default: '' },
    nets: { type: 'string', default: 'vgg,resnet' },
    sizes: { type: 'string', default: '64' },
    'weight-noise': { type: 'string', default: '0' },
    resolution: { type: 'string', default: '64' },
    strength: { type: 'string', default: 'balanced' },
    runs: { type: 'string', default: '0' },
    'attack-seeds': { type: 'string', default: '1' },
    steps: { type: 'string', default: '450' },
    heads: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (!folder || !existsSync(folder)) {
  console.error('Give a folder with one sub-folder a class: npm run evaluate -- FOLDER')
  process.exit(2)
}
const program = fileURLToPath(new URL('../bin/fixative.js', import.meta.url))
const attacker = fileURLToPath(new URL('./attackers/attacker.py', import.meta.url))
const probe = fileURLToPath(new URL('./probe.js', import.meta.url))
const place = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), 'fixative-evaluate-'))
mkdirSync(place, { recursive: true })
const originals = resolve(folder)

/** Protects with one method and seed, and reads the certificate. */
async function protect(method, seed) {
  const output = join(place, `${basename(originals)}-${method}-${options.strength}-${options.resolution}-${seed}`)
  const certificate = join(output, 'fixative-certificate.json')
  const start = performance.now()
  if (!existsSync(certificate)) {
    const args = [program, 'protect', originals, output, '--method', method, '--seed', seed]
    args.push('--resolution', options.resolution, '--strength', options.strength, '--runs', options.runs)
    const env = { ...process.env, FIXATIVE_HOME: join(place, 'home') }
    const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
    if (status !== 0) throw new Error(`protecting with ${method}, seed ${seed}, ended with ${status}`)
  }
  const envelope = JSON.parse(readFileSync(certificate, 'utf8'))
  const { predicate } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString())
  const { certification, protection } = predicate
  if (!certification) throw new Error(`not certified: ${predicate.certificationSkipped?.reason}`)
  return {
    method,
    seed,
    output,
    seconds: Math.round((performance.now() - start) / 1000),
    chance: certification.chance,
    fits: certification.protected.trainAccuracy,
    clean: certification.protected.cleanAccuracy,
    controlClean: certification.control.cleanAccuracy,
    ...certification.headline,
    verdict: certification.verdict,
    runs: certification.runs,
    largestChange: protection.largestChange,
    quality: protection.quality,
    butteraugli: await butteraugli(output),
  }
}

/** Pictures on which Butteraugli is measured: it takes a second each. */
const COMPARED = 16

/** Mean Butteraugli (3-norm) of pictures spread over a collection; null: the program is not installed. */
async function butteraugli(output) {
  const files = readdirSync(originals, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(originals.length + 1))
    .filter((path) => existsSync(join(output, path)))
    .sort()
  const some = Array.from({ length: COMPARED }, (_, i) => files[Math.floor((i * files.length) / COMPARED)])
  const scores = []
  for (const path of some) {
    const pair = [await flat(join(originals, path), 'a'), await flat(join(output, path), 'b')]
    const found = spawnSync('butteraugli_main', pair, { encoding: 'utf8' })
    scores.push(Number(/3-norm: ([\d.]+)/.exec(found.stdout ?? '')?.[1] ?? NaN))
  }
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length
  return Number.isNaN(mean) ? null : mean
}

/** A picture as a file that every program reads. */
async function flat(path, name) {
  const target = join(place, `${name}.png`)
  await sharp(path).flatten({ background: '#fff' }).toColourspace('srgb').png().toFile(target)
  return target
}

/** Runs attackers of all sizes on a protected folder: one process for each view, each on one thread. */
function attack(name, target) {
  return list(options.views).map((view) => async () => {
    const settings = ['--nets', options.nets, '--sizes', options.sizes, '--weight-noise', options['weight-noise']]
    settings.push('--seeds', options['attack-seeds'], '--steps', options.steps)
    const kept = `attack-${[basename(target), view, ...settings].join('')}.json`
    const args = [attacker, originals, target, '--views', view, '--threads', '1', ...settings]
    const { rows } = await keptOutput(kept, PYTHON, args)
    return rows.map((row) => ({ name, ...row }))
  })
}

/** Views of pictures as files that probe.js knows. */
const HEAD_VIEWS = ['jpeg75', 'jpeg50', 'jpeg30', 'grey']

/** Trains heads on a protected folder: a process for each, so that its memory is given back. */
async function attackByHeads(name, target) {
  const rows = []
  for (const net of list(options.heads)) {
    for (const view of ['none', ...list(options.views).filter((view) => HEAD_VIEWS.includes(view))]) {
      const args = [probe, net, originals, target, '--view', view]
      rows.push({ name, ...(await keptOutput(`head-${basename(target)}-${net}-${view}.json`, process.execPath, args)) })
    }
  }
  return rows
}

/** The JSON that a program prints, or has printed into the kept file before. */
async function keptOutput(name, command, args) {
  const kept = join(place, name)
  if (!existsSync(kept)) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (part) => (text += part))
    const status = await new Promise((done) => child.on('close', done))
    if (status !== 0) throw new Error(`${basename(args[0])} ended with ${status} (${name})`)
    writeFileSync(kept, text)
  }
  return JSON.parse(readFileSync(kept, 'utf8'))
}

async function inParallel(runs) {
  const waiting = [...runs]
  const results = []
  const lane = async () => {
    for (let run = waiting.shift(); run; run = waiting.shift()) results.push(...(await run()))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  return results
}

const percent = (share) => `${(100 * share).toFixed(1)} %`
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

function certificateTable(runs) {
  return table(
    [
      ...[
        'method',
        'seed',
        'runs: at most',
        'originals at least',
        'smoothing: at most',
        'originals at least',
        'verdict',
      ],
      ...['fits', 'clean', 'mean ꟻLIP', 'worst', 'Butteraugli', 'SSIM', 'ΔE', 'largest change', 'seconds'],
    ],
    runs.map((r) => [
      r.method,
      r.seed,
      r.runs ? percent(r.runs.protectedAtMost) : '–',
      r.runs ? percent(r.runs.controlAtLeast) : '–',
      percent(r.protectedAtMost),
      percent(r.controlAtLeast),
      r.verdict,
      percent(r.fits),
      percent(r.clean),
      r.quality.flip.mean.toFixed(3),
      r.quality.flip.max.toFixed(3),
      r.butteraugli === null ? '–' : r.butteraugli.toFixed(2),
      r.quality.ssim.mean.toFixed(3),
      r.quality.deltaE.mean.toFixed(1),
      `±${Math.round(r.largestChange)}`,
      r.seconds,
    ]),
  )
}

/** A row for each kind of attacker, a column for each collection. */
function attackTable(title, rows, keyOf, cell) {
  const names = [...new Set(rows.map(({ name }) => name))]
  const found = (key, name) => rows.find((r) => r.name === name && keyOf(r) === key)
  return table(
    [title, ...names],
    [...new Set(rows.map(keyOf))].map((key) => [
      key,
      ...names.map((name) => (found(key, name) ? cell(found(key, name)) : '–')),
    ]),
  )
}

/** Each cell: at the end (at its peak), the worst of the seeds. */
const scratchTable = (rows) =>
  attackTable(
    'attacker · weight noise · view',
    rows,
    ({ net, size, weightNoise, view }) => [net, `${size} px`, weightNoise, view].join(' · '),
    (r) => `${percent(Math.max(...r.final))} (${percent(Math.max(...r.peak))})`,
  )

const headTable = (rows) =>
  attackTable(
    'head on · view',
    rows,
    ({ net, view }) => `${net} · ${view}`,
    (r) => percent(r.accuracy),
  )

try {
  const runs = []
  for (const method of list(options.methods)) {
    for (const seed of list(options.seeds)) runs.push(await protect(method, seed))
  }
  const targets = [
    ['originals', originals],
    ...runs.map(({ method, seed, output }) => [runs.length > 1 ? `${method} (seed ${seed})` : method, output]),
  ]
  const attacks = options.views ? await inParallel(targets.flatMap(([name, target]) => attack(name, target))) : []
  const heads = []
  // One after the other: the first may have to fetch the networks.
  for (const [name, target] of targets) heads.push(...(await attackByHeads(name, target)))
  if (options.json) console.log(JSON.stringify({ options, runs, attacks, heads }, null, 2))
  else {
    console.log(certificateTable(runs))
    const tried = [...attacks, ...heads]
    if (tried.length > 0) console.log(`\nChance ${percent(tried[0].chance)}.`)
    if (attacks.length > 0) console.log(`\n${scratchTable(attacks)}`)
    if (heads.length > 0) console.log(`\n${headTable(heads)}`)
  }
} finally {
  if (!options.keep) rmSync(place, { recursive: true, force: true })
}
