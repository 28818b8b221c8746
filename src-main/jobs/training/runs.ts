/**
 * The run-level bound: attackers are trained from scratch, on the protected files and on the originals, and each is
 * scored at its peak. What makes them independent draws is the lot of their recipes and seeds, keyed by the run's number.
 */
import { jobSeeds } from '../../core/random/job-seeds.js'
import type { Progress } from '../../core/job-events.js'
import { z } from 'zod'
import type { Runs } from '../../core/certificate/schema.js'
import { scoresOf } from '../../core/certificate/verify.js'
import { type Recipe, recipeOf, recipesFor } from '../../core/certify/recipes.js'
import { CHECKPOINT_EVERY, RUNS_CONFIDENCE, RUNS_QUANTILE, RUN_STEPS, boundRuns } from '../../core/certify/runs.js'
import { FIT_BATCH, FIT_PEAK_RATE } from '../../core/protect/schedule.js'
import { architectureFor, layoutSize, parameterLayout } from '../../core/surrogate/architecture.js'
import type { Dataset } from '../../workers/tasks.js'
import type { Job } from '../job.js'
import { datasetOf, keyOf } from '../plan.js'
import type { Checkpoint, RunTask } from '../work.js'
import type { JobFolder } from '../../storage/folders.js'

const TRAINING = 'from random weights, without weight noise, one-cycle learning rate up to 0.1, random flips and shifts'

export type Side = 'protected' | 'control'
export const runsFile = (side: Side): string => `runs-${side}.json`

/** What each run recognised at its checkpoints; null: it has not ended yet. */
export type RunsState = (number[] | null)[]

export interface RunsPlan {
  readonly recipes: readonly Recipe[]
  readonly runs: number
  readonly seed: string
  readonly side: Side
  readonly classes: number
  /** The training pictures. */
  readonly dataset: Dataset
  /** The held-out originals. */
  readonly test: Dataset
  readonly steps: number
  readonly batchSize: number
}

/** Trains the attackers of one side; the results do not depend on which worker trains which, or when. */
export async function runAttackers(
  run: RunTask,
  { recipes, runs, seed, side, classes, dataset, test, steps, batchSize }: RunsPlan,
  checkpoint: Checkpoint<RunsState>,
  progress: Progress,
): Promise<Runs['protected']> {
  const state: RunsState = (await checkpoint.load()) ?? new Array<null>(runs).fill(null)
  let done = state.filter((correct) => correct !== null).length
  progress(done, runs)
  const attackers = await Promise.all(
    state.map(async (finished, i) => {
      const recipe = recipeOf(seed, i, recipes.length)
      if (finished) return { recipe, correct: [...finished] }
      const { architecture, resolution } = recipes[recipe]!
      const correct = await run('attack', {
        program: {
          engine: 'cpu',
          spec: { architecture: architectureFor(architecture, resolution), classes, resolution },
        },
        dataset,
        test,
        seed: jobSeeds.run(seed, side, i),
        steps,
        checkpointEvery: CHECKPOINT_EVERY,
        batchSize,
        peakRate: FIT_PEAK_RATE,
      })
      state[i] = [...correct]
      await checkpoint.save(state)
      progress(++done, runs)
      return { recipe, correct: [...correct] }
    }),
  )
  return attackers
}

const storedSchema = z.strictObject({
  key: z.string(),
  runs: z.array(z.array(z.int().min(0)).nullable()),
})

/** Saves one after the other: each has all that is finished. */
function runsCheckpoint(folder: JobFolder, side: Side, key: string): Checkpoint<RunsState> {
  let writing: Promise<void> = Promise.resolve()
  return {
    async load() {
      const stored = await folder.readJson(runsFile(side), storedSchema)
      return stored?.key === key ? stored.runs : undefined
    },
    save(runs) {
      writing = writing.then(() => folder.writeJson(runsFile(side), { key, runs }))
      return writing
    },
  }
}

type Images = Parameters<typeof datasetOf>[3]

/** One side's pictures. */
export interface RunsImages {
  /** Its thumbnails, in the job's folder. */
  readonly file: string
  readonly train: Images
  /** Thumbnails of the originals, and those of them that are held out. */
  readonly originals: string
  readonly test: Images
}

/** Trains the attackers of one side of a job, or reads what they did. */
export async function runsStage(
  job: Job,
  side: Side,
  classes: number,
  { file, train, originals, test }: RunsImages,
  progress: Progress,
): Promise<Runs['protected']> {
  const { folder } = job
  const { resolution, runs } = job.record.settings
  const seed = jobSeeds.runs(job.record.seed)
  const { steps, batchSize } = effortOf(job)
  const dataset = datasetOf(folder, file, resolution, train)
  const heldOut = datasetOf(folder, originals, resolution, test)
  const key = keyOf(seed, side, runs, steps, batchSize, dataset.items, dataset.labels, heldOut.items)
  return runAttackers(
    job.runLater,
    { recipes: recipesFor(resolution), runs, seed, side, classes, dataset, test: heldOut, steps, batchSize },
    runsCheckpoint(folder, side, key),
    progress,
  )
}

const effortOf = ({ context: { effort } }: Job) => ({
  steps: Math.min(RUN_STEPS, effort?.fitSteps ?? RUN_STEPS),
  batchSize: effort?.batchSize ?? FIT_BATCH,
})

/** What the certificate says of the runs. */
export function runsOf(
  job: Job,
  classes: number,
  testImages: number,
  sides: Pick<Runs, 'protected' | 'control'>,
): Runs {
  const { runs, resolution } = job.record.settings
  if (runs === 0) throw new RangeError('there are no runs')
  const declared = { quantile: RUNS_QUANTILE, confidence: RUNS_CONFIDENCE[runs] }
  const found = boundRuns(scoresOf({ ...declared, ...sides }))
  const asShare = (images: number | null) => (images === null ? null : images / testImages)
  return {
    ...declared,
    ...effortOf(job),
    checkpointEvery: CHECKPOINT_EVERY,
    training: TRAINING,
    recipes: recipesFor(resolution).map(({ architecture, resolution }) => ({
      architecture,
      resolution,
      parameters: layoutSize(parameterLayout(architectureFor(architecture, resolution), classes)),
    })),
    ...sides,
    protectedAtMost: asShare(found.protectedAtMost),
    controlAtLeast: asShare(found.controlAtLeast),
  }
}
