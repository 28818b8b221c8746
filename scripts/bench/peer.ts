/**
 * Another implementation in PyTorch to be compared with: a program that FIXATIVE_PEER names. Asked to bench, to generate
 * noise or to certify, it prints its figures as JSON on its last line.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PYTHON } from '../programs.js'
import { BATCH, RESOLUTION, TEST_IMAGES } from './engine.js'
import { RUNS, median, round } from './figures.js'
import { CORES } from './processes.js'

export type Found = { program: string; skipped?: never } | { program?: never; skipped: string }

/** The peer's program, or the reason why it cannot run. */
export function findPeer(): Found {
  const program = process.env.FIXATIVE_PEER
  if (!program || !existsSync(program)) return { skipped: 'no peer program (set FIXATIVE_PEER)' }
  if (spawnSync(PYTHON, ['-c', 'import torch']).status !== 0) return { skipped: `${PYTHON} has no torch` }
  return { program }
}

/** Runs the peer with a thread a core. @returns the figures it prints last. @throws Error when it fails. */
function runPeer(program: string, ...args: readonly string[]): unknown {
  const threads = ['--threads', String(CORES)]
  const { status, stdout, stderr } = spawnSync(PYTHON, [program, ...args, ...threads], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the peer failed: ${stderr.trim().split('\n').at(-1)}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

type BenchFigure = 'train_images_per_s' | 'eval_images_per_s' | 'gemm_gflops'

/** What the peer reaches with the same number of threads. */
export function peerFigures({ program, skipped }: Found) {
  if (program === undefined) return { skipped }
  const runs = (batch: number) =>
    Array.from({ length: RUNS }, () => {
      const asked = ['bench', '--px', String(RESOLUTION), '--batch', String(batch)]
      return runPeer(program, ...asked) as Record<BenchFigure, number>
    })
  const figure = (results: ReturnType<typeof runs>, name: BenchFigure): number =>
    median(results.map((result) => result[name]))
  try {
    const training = runs(BATCH)
    // Its evaluation perturbs the weights once a batch; with the test pictures as one batch that is a draw.
    const draws = figure(runs(TEST_IMAGES), 'eval_images_per_s') / TEST_IMAGES
    return {
      trainingImagesPerSecond: round(figure(training, 'train_images_per_s')),
      evaluationImagesPerSecond: round(figure(training, 'eval_images_per_s')),
      drawsPerSecond: round(draws),
      matrixProductGflops: round(figure(training, 'gemm_gflops')),
    }
  } catch (cause) {
    return { skipped: (cause as Error).message }
  }
}

/** A whole job by the peer: noise, two surrogates, and two times the draws. */
export function peerJob(program: string, input: string, folder: string, draws: string) {
  const noise = join(folder, 'noise.npz')
  const run = (...args: readonly string[]) => runPeer(program, ...args)
  const generate = run('generate', input, '--out', noise) as { total_s: number }
  const shielded = run('certify', input, '--noise', noise, '--draws', draws) as CertifyFigures
  const control = run('certify', input, '--draws', draws) as CertifyFigures
  return {
    seconds: round(generate.total_s + shielded.total_s + control.total_s),
    protectedAtMost: shielded.curve['0.5'],
    controlClean: control.clean_accuracy,
  }
}

interface CertifyFigures {
  readonly total_s: number
  readonly clean_accuracy: number
  /** Bounds by their quantile. */
  readonly curve: { readonly '0.5': number }
}
