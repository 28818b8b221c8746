/** Trains a surrogate for certification: under weight noise, until it fits its data or a stated cap. */
import type { Progress } from '../../core/job-events.js'
import { FIT_ACCURACY, FIT_BATCH, FIT_PEAK_RATE, FIT_STEPS, FIT_STEPS_CAP } from '../../core/protect/schedule.js'
import { initialState } from '../../core/surrogate/initialise.js'
import type { SurrogateState } from '../../engines/engine.js'
import type { Dataset, Model, Program } from '../../workers/tasks.js'
import type { Checkpoint, RunTask } from '../work.js'

/** Steps of one task: short enough that little is lost with a worker, and that others get their turn. */
const CHUNK = 50

export interface FitPlan {
  readonly program: Program
  readonly dataset: Dataset
  readonly seed: string
  readonly sigma: number
  /** Whether training goes on, up to the cap, until the surrogate fits its data; the control has a fixed length. */
  readonly untilFitted: boolean
  /** Steps of the first attempt; default FIT_STEPS. */
  readonly firstAttempt?: number
  /** Default FIT_BATCH. */
  readonly batchSize?: number | undefined
}

export interface FitState {
  readonly step: number
  /** Steps of the one-cycle schedule that is running; a surrogate that does not fit begins a longer one. */
  readonly totalSteps: number
  readonly state: SurrogateState
  /** Set when training has ended. */
  readonly trainAccuracy?: number
}

export interface Fitted {
  readonly model: Model
  /** Share of the training pictures that are classified right, without weight noise or augmentation. */
  readonly trainAccuracy: number
  readonly steps: number
}

export async function fitSurrogate(
  run: RunTask,
  plan: FitPlan,
  checkpoint: Checkpoint<FitState>,
  progress: Progress,
): Promise<Fitted> {
  const { program, dataset, seed, sigma } = plan
  const { architecture, classes } = program.spec
  const begin = (totalSteps: number): FitState => ({
    step: 0,
    totalSteps,
    state: initialState(architecture, classes, `${seed}/${totalSteps}`),
  })
  let current = (await checkpoint.load()) ?? begin(plan.firstAttempt ?? FIT_STEPS)
  while (current.trainAccuracy === undefined) {
    const { step, totalSteps, state } = current
    progress(step, totalSteps)
    if (step < totalSteps) {
      const steps = Math.min(CHUNK, totalSteps - step)
      const trained = await run('train', {
        program,
        dataset,
        contrast: 1,
        state,
        seed: `${seed}/${totalSteps}`,
        firstStep: step,
        steps,
        batchSize: plan.batchSize ?? FIT_BATCH,
        learningRate: { kind: 'one-cycle', peak: FIT_PEAK_RATE, totalSteps },
        distorted: false,
        weightNoise: { kind: 'fixed', sigma },
      })
      current = { step: step + steps, totalSteps, state: trained.state }
    } else {
      const { parameters, statistics } = state
      const correct = await run('correct', { program, dataset, model: { parameters, statistics } })
      const trainAccuracy = correct / dataset.items.length
      const longer = plan.untilFitted && trainAccuracy < FIT_ACCURACY && totalSteps + FIT_STEPS <= FIT_STEPS_CAP
      current = longer ? begin(totalSteps + FIT_STEPS) : { ...current, trainAccuracy }
    }
    await checkpoint.save(current)
  }
  const { parameters, statistics } = current.state
  progress(current.totalSteps, current.totalSteps)
  return { model: { parameters, statistics }, trainAccuracy: current.trainAccuracy, steps: current.totalSteps }
}
