/** Learns the noise: rounds of surrogate training, and of sign descent on each picture's own field. */
import { jobSeeds } from '../../core/random/job-seeds.js'
import type { Progress } from '../../core/job-events.js'
import type { Recipe } from '../../core/protect/recipe.js'
import {
  LEARN_BATCH,
  LEARN_RATE,
  LEARN_SIGMA,
  signStepShare,
  stepsPerRound,
  warmUpContrast,
} from '../../core/protect/schedule.js'
import type { Band } from '../../core/protect/spectrum.js'
import { initialState } from '../../core/surrogate/initialise.js'
import type { SurrogateState } from '../../engines/engine.js'
import type { Dataset, Program } from '../../workers/tasks.js'
import type { Checkpoint, RunTask } from '../work.js'

export interface LearnPlan {
  readonly program: Program
  /** The pictures that the surrogate is trained on, unprotected. */
  readonly train: Dataset
  /** All pictures that get noise. */
  readonly dataset: Dataset
  /** Pictures of classes from this one on have no noise. */
  readonly noisyClasses: number
  readonly recipe: Recipe
  readonly seed: string
  readonly rounds: number
  /** Rounds before those, in which only the surrogate learns. */
  readonly warmUp: number
  /** Training steps of a round; default `stepsPerRound`. */
  readonly roundSteps?: number | undefined
  /** Default LEARN_BATCH. */
  readonly batchSize?: number | undefined
  /** Whether some batches are made grey or compressed. */
  readonly distorted: boolean
  /** Frequencies that the fields keep. */
  readonly band: Band
  /** How many workers may share a pass. */
  readonly workers: number
}

/** The fields on disk: two sets, so that a pass that is cut off leaves the one that it began with. */
export interface Fields {
  /** Path of the budgets, which stay. */
  readonly budgets: string
  /** Path of a set, 0 or 1. */
  path(set: 0 | 1): string
  write(set: 0 | 1, items: Int32Array, fields: Int8Array): Promise<void>
  /** Resolves when all of a set is on disk. */
  sync(set: 0 | 1): Promise<void>
}

export interface LearnState {
  readonly round: number
  readonly state: SurrogateState
  /** The set that holds the fields. */
  readonly set: 0 | 1
}

/**
 * @param begin writes the fields that learning starts from into set 0
 * @returns the set that holds the learnt fields. They are the same for a seed whatever the number of workers, and
 *   wherever it is resumed.
 */
export async function learnNoise(
  run: RunTask,
  plan: LearnPlan,
  fields: Fields,
  begin: () => Promise<void>,
  checkpoint: Checkpoint<LearnState>,
  progress: Progress,
): Promise<0 | 1> {
  const { program, train, recipe, seed, warmUp, noisyClasses } = plan
  const total = warmUp + plan.rounds
  const { roundSteps = stepsPerRound(train.items.length), batchSize = LEARN_BATCH } = plan
  const { architecture, classes } = program.spec
  const stored = await checkpoint.load()
  if (!stored) await begin()
  let { round, state, set } = stored ?? {
    round: 0,
    state: initialState(architecture, classes, jobSeeds.learn(seed)),
    set: 0 as const,
  }
  progress(round, total)
  for (; round < total; round++) {
    const trained = await run('train', {
      program,
      dataset: train,
      noise: { fields: fields.path(set), budgets: fields.budgets, classes: noisyClasses },
      contrast: warmUpContrast(round, warmUp),
      state,
      seed: jobSeeds.learn(seed),
      firstStep: round * roundSteps,
      steps: roundSteps,
      batchSize,
      learningRate: { kind: 'constant', value: LEARN_RATE },
      distorted: plan.distorted,
      weightNoise: recipe.surrogateNoise ? { kind: 'uniform-scale', sigma: LEARN_SIGMA } : { kind: 'none' },
    })
    state = trained.state
    if (round >= warmUp) {
      await descend(run, plan, fields, round - warmUp, state, set)
      set = set === 0 ? 1 : 0
    }
    await checkpoint.save({ round: round + 1, state, set })
    progress(round + 1, total)
  }
  return set
}

/** One pass over all pictures, from one set of fields into the other; each worker has some of the batches. */
async function descend(
  run: RunTask,
  plan: LearnPlan,
  fields: Fields,
  round: number,
  { parameters, statistics }: SurrogateState,
  set: 0 | 1,
): Promise<void> {
  const { program, dataset, recipe, seed, workers, noisyClasses, band, distorted } = plan
  const batches = Math.ceil(dataset.items.length / LEARN_BATCH)
  const share = Math.ceil(batches / Math.min(workers, batches))
  const other = set === 0 ? 1 : 0
  const parts = Array.from({ length: Math.ceil(batches / share) }, (_, part) => part * share)
  await Promise.all(
    parts.map(async (firstBatch) => {
      const passed = await run('noisePass', {
        program,
        dataset,
        model: { parameters, statistics },
        noise: { fields: fields.path(set), budgets: fields.budgets, classes: noisyClasses },
        seed: jobSeeds.learn(seed),
        round,
        batchSize: LEARN_BATCH,
        firstBatch,
        batches: Math.min(share, batches - firstBatch),
        step: signStepShare(round, plan.rounds),
        sigma: recipe.passNoise ? LEARN_SIGMA : 0,
        band,
        distorted,
      })
      await fields.write(other, passed.items, passed.fields)
    }),
  )
  await fields.sync(other)
}
