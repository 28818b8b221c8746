/**
 * Measures the protection on a collection: certified bounds of each method and seed, and what ordinary attackers learn.
 *
 *   npm run evaluate -- FOLDER [--methods pue,emn] [--seeds 1,2,3] [--views none,grey] [--sizes 32,64] [--resolution 64]
 *                    [--strength balanced] [--attack-seeds 1] [--steps 400] [--keep DIR] [--json]
 *
 * FOLDER has one sub-folder a class. Prints Markdown tables, or one JSON object. Without --views no attacker is tried;
 * attackers need Debian's python3-torch and python3-pil. --keep DIR stores the protected folders and what attackers
 * reached, and uses what it finds.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { PYTHON } from './python.js'

const list = (text) => text.split(',').filter(Boolean)
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: 'string', default: 'pue' },
    seeds: { type: 'string', default: '1' },
    views: { type: 'string', default: '' },
    sizes: { type: 'string', default: '32' },
    resolution: { type: 'string', default: '64' },
    strength: { type: 'string', default: 'balanced' },
    'attack-seeds': { type: 'string', default: '1' },
    steps: { type: 'string', default: '400' },
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
const attacker = fileURLToPath(new URL('./attacker.py', import.meta.url))
const place = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), 'fixative-evaluate-'))
mkdirSync(place, { recursive: true })
const originals = resolve(folder)

/** Protects with one method and seed, and reads the certificate. */
function protect(method, seed) {
  const output = join(place, `${basename(originals)}-${method}-${options.strength}-${seed}`)
  const certificate = join(output, 'fixative-certificate.json')
  const start = performance.now()
  if (!existsSync(certificate)) {
    const args = [program, 'protect', originals, output, '--method', method, '--seed', seed]
    args.push('--resolution', options.resolution, '--strength', options.strength)
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
    psnr: protection.quality.psnr,
    ssim: protection.quality.ssim,
    deltaE: protection.quality.deltaE,
  }
}

/** Runs attackers of all sizes on a protected folder: one process for each view, each on one thread. */
function attack(name, target) {
  return list(options.views).map((view) => async () => {
    const settings = ['--sizes', options.sizes, '--seeds', options['attack-seeds'], '--steps', options.steps]
    const kept = join(place, `attack-${[basename(target), view, ...settings].join('')}.json`)
    if (!existsSync(kept)) {
      const args = [attacker, originals, target, '--views', view, '--threads', '1', ...settings]
      const child = spawn(PYTHON, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.on('data', (part) => (text += part))
      const status = await new Promise((done) => child.on('close', done))
      if (status !== 0) throw new Error(`the attacker with view ${view} on ${name} ended with ${status}`)
      writeFileSync(kept, text)
    }
    return JSON.parse(readFileSync(kept, 'utf8')).rows.map((row) => ({ name, ...row }))
  })
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
      ...['method', 'seed', 'protected at most', 'control at least', 'verdict', 'fits', 'clean', 'control clean'],
      ...['mean PSNR', 'mean SSIM', 'mean ΔE', 'seconds'],
    ],
    runs.map((r) => [
      r.method,
      r.seed,
      percent(r.protectedAtMost),
      percent(r.controlAtLeast),
      r.verdict,
      percent(r.fits),
      percent(r.clean),
      percent(r.controlClean),
      `${r.psnr.mean.toFixed(1)} dB`,
      r.ssim.mean.toFixed(3),
      r.deltaE.mean.toFixed(1),
      r.seconds,
    ]),
  )
}

function attackTable(rows) {
  const names = [...new Set(rows.map(({ name }) => name))]
  const cells = list(options.sizes).flatMap((size) => list(options.views).map((view) => ({ size: Number(size), view })))
  return table(
    ['attacker at', 'view', ...names],
    cells.map(({ size, view }) => [
      `${size} px`,
      view,
      ...names.map((name) => percent(rows.find((r) => r.name === name && r.size === size && r.view === view).mean)),
    ]),
  )
}

try {
  const runs = list(options.methods).flatMap((method) => list(options.seeds).map((seed) => protect(method, seed)))
  const targets = [
    ['originals', originals],
    ...runs.map(({ method, seed, output }) => [runs.length > 1 ? `${method} (seed ${seed})` : method, output]),
  ]
  const attacks = options.views ? await inParallel(targets.flatMap(([name, target]) => attack(name, target))) : []
  if (options.json) console.log(JSON.stringify({ options, runs, attacks }, null, 2))
  else {
    console.log(certificateTable(runs))
    if (attacks.length > 0) console.log(`\nChance ${percent(attacks[0].chance)}.\n\n${attackTable(attacks)}`)
  }
} finally {
  if (!options.keep) rmSync(place, { recursive: true, force: true })
}
