/**
 * How fast this machine is, as JSON: medians of at least five runs.
 *
 *   npm run bench                                   the engine and the export
 *   npm run bench -- --whole FOLDER [--runs 1]      also the whole job on FOLDER, with stages and peak memory
 *   npm run bench -- --scale 500,1000,2000 [--megapixels 1.2]   also how each stage grows with generated pictures
 *
 * With Debian's python3-torch and a peer program (FIXATIVE_PEER) its figures and the ratios.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { surrogate } from './bench/engine.js'
import { exporting } from './bench/export.js'
import { RUNS, round } from './bench/figures.js'
import { scale, wholeJob } from './bench/job.js'
import { findPeer, peerFigures } from './bench/peer.js'
import { CORES } from './bench/processes.js'

const { values: options } = parseArgs({
  options: {
    whole: { type: 'string' },
    runs: { type: 'string', default: '1' },
    scale: { type: 'string' },
    megapixels: { type: 'string', default: '1.2' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'fixative-bench-'))
try {
  const found = findPeer()
  if (found.skipped) console.error(`The comparison with PyTorch is left out: ${found.skipped}.`)
  const own = await surrogate(folder)
  const image = { jpeg: await exporting('jpeg', folder), png: await exporting('png', folder) }
  const other = peerFigures(found)
  const ratios =
    'skipped' in other
      ? null
      : {
          training: round(own.training.imagesPerSecond / other.trainingImagesPerSecond),
          draws: round(own.draws.drawsPerSecond / other.drawsPerSecond),
        }
  const machine = { processor: cpus()[0]?.model.trim(), cores: CORES, node: process.version, runs: RUNS }
  const whole = options.whole && (await wholeJob(options.whole, found.program, folder, Number(options.runs)))
  const counts = options.scale?.split(',').map(Number)
  const growth = counts && (await scale(folder, counts, Number(options.megapixels)))
  const all = { machine, ...own, export: image, peer: other, ratios, wholeJob: whole, scale: growth }
  console.log(JSON.stringify(all, null, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
