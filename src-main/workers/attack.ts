/** An attacker: a classifier trained from scratch as anybody would, and tried at every checkpoint. */
import { initialState } from '../core/surrogate/initialise.js'
import type { SurrogateProgram } from '../engines/engine.js'
import { correctCount } from './evaluate.js'
import type { AttackTask } from './tasks.js'
import { refit } from './refit.js'
import { train } from './train.js'

/** For each checkpoint, the last at the end, how many pictures of `test` it classifies right. */
export async function attack(program: SurrogateProgram, task: AttackTask): Promise<Int32Array> {
  const { dataset, test, seed, steps, checkpointEvery, batchSize, peakRate } = task
  const { architecture, classes } = task.program.spec
  let state = initialState(architecture, classes, seed)
  const correct: number[] = []
  for (let firstStep = 0; firstStep < steps; firstStep += checkpointEvery) {
    const trained = await train(program, {
      program: task.program,
      dataset,
      contrast: 1,
      state,
      seed,
      firstStep,
      steps: Math.min(checkpointEvery, steps - firstStep),
      batchSize,
      learningRate: { kind: 'one-cycle', peak: peakRate, totalSteps: steps },
      distorted: false,
      weightNoise: task.weightNoise === undefined ? { kind: 'none' } : { kind: 'fixed', sigma: task.weightNoise },
      ...(task.variation ? { variation: task.variation } : {}),
    })
    state = trained.state
    if (task.refit) continue
    correct.push(await correctCount(program, { program: task.program, dataset: test, model: state }))
  }
  if (task.refit) correct.push(...(await refit(program, task, task.refit, state)))
  return Int32Array.from(correct)
}
