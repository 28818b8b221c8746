/**
 * Measures the protection on a collection: how much is seen, certified bounds, and what ordinary attackers learn.
 *
 *   npm run evaluate -- FOLDER [--methods pue,emn] [--seeds 1,2,3] [--strength balanced] [--resolution 64] [--runs 0]
 *                    [--views none,grey] [--nets vgg,resnet] [--sizes 64,128] [--weight-noise 0,0.01]
 *                    [--attack-seeds 1] [--steps 450] [--heads mobilenet,inception] [--keep DIR] [--json]
 *
 * FOLDER has one sub-folder a class. Prints Markdown tables, or one JSON object. Without --views no attacker is tried;
 * attackers need Debian's python3-torch and python3-pil, Butteraugli needs libjxl-devtools. --heads tries linear
 * classifiers on pretrained networks (probe.ts), which are fetched when first used: on the plain view, and on those of
 * --views that are grey or JPEG. --keep DIR stores the protected folders and what attackers reached, and uses what it
 * finds.
 */
import { CERTIFICATE_NAME } from '../src-main/core/file-names.js'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openEnvelope } from '../src-main/core/certificate/dsse.js'
import { inParallel } from '../src-main/jobs/job.js'
import { butteraugli } from './evaluate/butteraugli.js'
import {
  type Measured,
  type Named,
  type Scratch,
  certificateTable,
  headTable,
  percent,
  scratchTable,
} from './evaluate/tables.js'
import type { Headed } from './probe.js'
import { FIXATIVE, PYTHON, scriptArguments } from './programs.js'

const list = (text: string): string[] => text.split(',').filter(Boolean)
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
const attacker = fileURLToPath(new URL('./attackers/attacker.py', import.meta.url))
const place = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), 'fixative-evaluate-'))
mkdirSync(place, { recursive: true })
const originals = resolve(folder)

/** Protects with one method and seed, and reads the certificate. */
async function protect(method: string, seed: string): Promise<Measured> {
  const output = join(place, `${basename(originals)}-${method}-${options.strength}-${options.resolution}-${seed}`)
  const certificate = join(output, CERTIFICATE_NAME)
  const start = performance.now()
  if (!existsSync(certificate)) {
    const args = [FIXATIVE, 'protect', originals, output, '--method', method, '--seed', seed]
    args.push('--resolution', options.resolution, '--strength', options.strength, '--runs', options.runs)
    const env = { ...process.env, FIXATIVE_HOME: join(place, 'home') }
    const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
    if (status !== 0) throw new Error(`protecting with ${method}, seed ${seed}, ended with ${status}`)
  }
  const { predicate } = openEnvelope(readFileSync(certificate)).statement
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
    butteraugli: await butteraugli(originals, output, place),
  }
}

/** Runs attackers of all sizes on a protected folder: one process for each view, each on one thread. */
function attack(name: string, target: string): (() => Promise<Named<Scratch>[]>)[] {
  return list(options.views).map((view) => async () => {
    const settings = ['--nets', options.nets, '--sizes', options.sizes, '--weight-noise', options['weight-noise']]
    settings.push('--seeds', options['attack-seeds'], '--steps', options.steps)
    const kept = `attack-${[basename(target), view, ...settings].join('')}.json`
    const args = [attacker, originals, target, '--views', view, '--threads', '1', ...settings]
    const { rows } = (await keptOutput(kept, 'attacker.py', PYTHON, args)) as { rows: Scratch[] }
    return rows.map((row) => ({ name, ...row }))
  })
}

/** Views of pictures as files that probe.ts knows. */
const HEAD_VIEWS = ['jpeg75', 'jpeg50', 'jpeg30', 'grey']

/** Trains heads on a protected folder: a process for each, so that its memory is given back. */
async function attackByHeads(name: string, target: string): Promise<Named<Headed>[]> {
  const rows: Named<Headed>[] = []
  for (const net of list(options.heads)) {
    for (const view of ['none', ...list(options.views).filter((view) => HEAD_VIEWS.includes(view))]) {
      const args = [...scriptArguments('probe.ts'), net, originals, target, '--view', view]
      const kept = `head-${basename(target)}-${net}-${view}.json`
      rows.push({ name, ...((await keptOutput(kept, 'probe.ts', process.execPath, args)) as Headed) })
    }
  }
  return rows
}

/** The JSON that a program prints, or has printed into the kept file before. @param what the program's name */
async function keptOutput(name: string, what: string, command: string, args: readonly string[]): Promise<unknown> {
  const kept = join(place, name)
  if (!existsSync(kept)) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (part: Buffer) => (text += part))
    const status = await new Promise((done) => child.on('close', done))
    if (status !== 0) throw new Error(`${what} ended with ${status} (${name})`)
    writeFileSync(kept, text)
  }
  return JSON.parse(readFileSync(kept, 'utf8'))
}

try {
  const runs: Measured[] = []
  for (const method of list(options.methods)) {
    for (const seed of list(options.seeds)) runs.push(await protect(method, seed))
  }
  const nameOf = ({ method, seed }: Measured): string => (runs.length > 1 ? `${method} (seed ${seed})` : method)
  const targets: readonly (readonly [name: string, folder: string])[] = [
    ['originals', originals],
    ...runs.map((run) => [nameOf(run), run.output] as const),
  ]
  const attacks: Named<Scratch>[] = []
  if (options.views) {
    const tried = targets.flatMap(([name, target]) => attack(name, target))
    await inParallel(tried, availableParallelism(), async (run) => void attacks.push(...(await run())))
  }
  const heads: Named<Headed>[] = []
  // One after the other: the first may have to fetch the networks.
  for (const [name, target] of targets) heads.push(...(await attackByHeads(name, target)))
  if (options.json) console.log(JSON.stringify({ options, runs, attacks, heads }, null, 2))
  else {
    console.log(certificateTable(runs))
    const tried = [...attacks, ...heads]
    if (tried[0]) console.log(`\nChance ${percent(tried[0].chance)}.`)
    if (attacks.length > 0) console.log(`\n${scratchTable(attacks)}`)
    if (heads.length > 0) console.log(`\n${headTable(heads)}`)
  }
} finally {
  if (!options.keep) rmSync(place, { recursive: true, force: true })
}
