/** A trained classifier, corrected with clean pictures: its head refitted, or its weights moved within a ball. */
import { jobSeeds } from '../core/random/job-seeds.js'
import { scales } from '../core/certify/scales.js'
import { type TensorSlot, parameterLayout } from '../core/surrogate/architecture.js'
import type { SurrogateProgram, SurrogateState } from '../engines/engine.js'
import { correctCount } from './evaluate.js'
import type { AttackTask, Refit } from './tasks.js'
import { train } from './train.js'

/** Times that a refit is tried on the test pictures. */
const CHECKPOINTS = 4

/**
 * SGD steps at a constant rate, each followed by a projection. Only the weights that may move do; in a step batches are
 * normalised by themselves, in the test by the running statistics of the trained classifier, which are kept.
 *
 * @returns pictures of the test classified right after each quarter of the steps
 */
export async function refit(
  program: SurrogateProgram,
  task: AttackTask,
  { kind, dataset, steps, rate, rho }: Refit,
  start: SurrogateState,
): Promise<number[]> {
  const { architecture, classes } = task.program.spec
  const layout = parameterLayout(architecture, classes)
  const project =
    kind === 'head' ? (state: SurrogateState) => keepBody(layout, start, state) : ballAround(layout, start, rho)
  let state: SurrogateState = { ...start, velocity: new Float32Array(start.velocity.length) }
  const correct: number[] = []
  const every = Math.ceil(steps / CHECKPOINTS)
  for (let step = 0; step < steps; step++) {
    const trained = await train(program, {
      program: task.program,
      dataset,
      contrast: 1,
      state,
      seed: jobSeeds.refit(task.seed),
      firstStep: step,
      steps: 1,
      batchSize: task.batchSize,
      learningRate: { kind: 'constant', value: rate },
      distorted: false,
      weightNoise: { kind: 'none' },
    })
    state = { ...project(trained.state), statistics: start.statistics }
    if ((step + 1) % every === 0 || step + 1 === steps) {
      correct.push(await correctCount(program, { program: task.program, dataset: task.test, model: state }))
    }
  }
  return correct
}

/** The new head on the old body. */
export function keepBody(layout: readonly TensorSlot[], start: SurrogateState, state: SurrogateState): SurrogateState {
  const head = layout.find(({ name }) => name === 'head.weight')!.offset
  const [parameters, velocity] = [state.parameters.slice(), state.velocity.slice()]
  parameters.set(start.parameters.subarray(0, head))
  velocity.fill(0, 0, head)
  return { ...state, parameters, velocity }
}

/** Moves weights back to ‖(θ − θ₀)/σ‖ ≤ √d, σ the layer-scaled deviations: as far as a draw of the certificate goes. */
export function ballAround(
  layout: readonly TensorSlot[],
  start: SurrogateState,
  rho: number,
): (state: SurrogateState) => SurrogateState {
  const from = start.parameters
  const sigma = scales(layout, from, { kind: 'layer-scaled', sigma: rho })
  return (state) => {
    let square = 0
    layout.forEach(({ offset, size }, slot) => {
      for (let i = offset; i < offset + size; i++) square += ((state.parameters[i]! - from[i]!) / sigma[slot]!) ** 2
    })
    const share = Math.min(1, Math.sqrt(from.length / square))
    return share >= 1
      ? state
      : { ...state, parameters: state.parameters.map((p, i) => from[i]! + share * (p - from[i]!)) }
  }
}
