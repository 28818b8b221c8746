/** Learns the class-wise noise: rounds of surrogate training and of sign descent on δ (design §2). */
import type { Recipe } from '../../core/protect/recipe.js'
import { highPass } from '../../core/protect/spectrum.js'
import { LEARN_BATCH, LEARN_RATE, signStepShare, stepsPerRound, warmUpContrast } from '../../core/protect/schedule.js'
import { initialNoise, keepMixes } from '../../core/protect/waves.js'
import { initialState } from '../../core/surrogate/initialise.js'
import type { SurrogateState } from '../../engines/engine.js'
import type { Dataset, Program } from '../../workers/tasks.js'
import type { Checkpoint, Progress, RunTask } from '../run.js'

export interface LearnPlan {
  readonly program: Program
  /** The training pictures, unprotected. */
  readonly dataset: Dataset
  readonly recipe: Recipe
  readonly seed: string
  readonly rounds: number
  /** Rounds before those, in which only the surrogate learns. */
  readonly warmUp: number
  /** Training steps of a round; default `stepsPerRound`. */
  readonly roundSteps?: number | undefined
  /** Default LEARN_BATCH. */
  readonly batchSize?: number | undefined
  /** Largest |δ|, 0–1. */
  readonly epsilon: number
  /** As in `Noise`. */
  readonly masked: boolean
  /** Scale of the weight noise. */
  readonly sigma: number
  /** How many workers may share a pass. */
  readonly workers: number
}

export interface LearnState {
  readonly round: number
  readonly state: SurrogateState
  readonly delta: Float32Array
}

/** @returns δ, K×3×S×S, 0–1, |δ| ≤ ε. The same for a seed whatever the number of workers, and wherever it is resumed. */
export async function learnNoise(
  run: RunTask,
  plan: LearnPlan,
  checkpoint: Checkpoint<LearnState>,
  progress: Progress,
): Promise<Float32Array> {
  const { program, dataset, recipe, seed, warmUp, epsilon, masked, sigma } = plan
  const total = warmUp + plan.rounds
  const { roundSteps = stepsPerRound(dataset.items.length), batchSize = LEARN_BATCH } = plan
  const { architecture, classes, resolution } = program.spec
  let { round, state, delta } = (await checkpoint.load()) ?? {
    round: 0,
    state: initialState(architecture, classes, `${seed}/learn`),
    delta: initialNoise(classes, resolution, epsilon, seed, recipe.waves),
  }
  progress(round, total)
  for (; round < total; round++) {
    const trained = await run('train', {
      program,
      dataset,
      noise: { delta, epsilon, masked },
      contrast: warmUpContrast(round, warmUp),
      state,
      seed: `${seed}/learn`,
      firstStep: round * roundSteps,
      steps: roundSteps,
      batchSize,
      learningRate: { kind: 'constant', value: LEARN_RATE },
      distorted: recipe.distorted,
      weightNoise: recipe.surrogateNoise ? { kind: 'uniform-scale', sigma } : { kind: 'none' },
    })
    state = trained.state
    if (round >= warmUp) delta = await descend(run, plan, round - warmUp, state, delta)
    await checkpoint.save({ round: round + 1, state, delta })
    progress(round + 1, total)
  }
  return delta
}

/** One pass over the training pictures; each worker has some of the classes. */
async function descend(
  run: RunTask,
  { program, dataset, recipe, seed, rounds, epsilon, masked, sigma, workers }: LearnPlan,
  round: number,
  model: SurrogateState,
  delta: Float32Array,
): Promise<Float32Array> {
  const { classes, resolution } = program.spec
  const size = delta.length / classes
  const shares = Array.from({ length: Math.min(workers, classes) }, (_, w) =>
    Array.from({ length: classes }, (_, k) => k).filter((k) => k % Math.min(workers, classes) === w),
  )
  const { parameters, statistics } = model
  const parts = await Promise.all(
    shares.map((share) =>
      run('noisePass', {
        program,
        dataset,
        model: { parameters, statistics },
        noise: { delta, epsilon, masked },
        classes: share,
        seed: `${seed}/learn`,
        round,
        batchSize: LEARN_BATCH,
        step: signStepShare(round, rounds) * epsilon,
        sigma: recipe.passNoise ? sigma : 0,
        distorted: recipe.distorted,
      }),
    ),
  )
  const next = new Float32Array(delta.length)
  for (const part of parts) {
    part.classes.forEach((k, i) => next.set(part.delta.subarray(i * size, (i + 1) * size), k * size))
  }
  return highPass(keepMixes(next, classes, seed, recipe.waves), resolution, epsilon)
}
