import { describe, expect, it } from 'vitest'
import { RECIPES } from '../../core/protect/recipe.js'
import { architectureFor } from '../../core/surrogate/architecture.js'
import type { TaskInput, TaskName, TaskOutput } from '../../workers/tasks.js'
import { learnNoise, type LearnState } from './learn.js'

const spec = { architecture: architectureFor('compact', 8), classes: 2, resolution: 8 }

/** Learns with tasks that change nothing but tell what was asked for. */
async function asked(
  warmUp: number,
  rounds: number,
  from?: LearnState,
): Promise<{ tasks: string[]; saved: LearnState[] }> {
  const tasks: string[] = []
  const saved: LearnState[] = []
  const answers: { [N in TaskName]?: (input: TaskInput<N>) => TaskOutput<N> } = {
    train(input) {
      tasks.push(`train ${input.firstStep} at ${input.contrast.toFixed(2)}`)
      return { state: input.state, loss: 0, accuracy: 0 }
    },
    noisePass(input) {
      tasks.push(`pass ${input.round}`)
      return { classes: input.classes, delta: input.noise.delta }
    },
  }
  await learnNoise(
    (task, input) => Promise.resolve(answers[task]!(input)),
    {
      program: { engine: 'cpu', spec },
      dataset: { thumbnails: { path: '', resolution: 8 }, items: Int32Array.of(0, 1), labels: Int32Array.of(0, 1) },
      recipe: RECIPES.pue,
      seed: 'test',
      rounds,
      warmUp,
      roundSteps: 10,
      epsilon: 8 / 255,
      masked: false,
      sigma: 0.05,
      workers: 1,
    },
    { load: () => Promise.resolve(from), save: async (state) => void saved.push(state) },
    () => undefined,
  )
  return { tasks, saved }
}

describe('learnNoise', () => {
  it('leaves the noise alone until the surrogate has learnt from it, first with faint pictures', async () => {
    const { tasks, saved } = await asked(2, 2)
    expect(tasks).toEqual([
      'train 0 at 0.32',
      'train 10 at 1.00',
      'train 20 at 1.00',
      'pass 0',
      'train 30 at 1.00',
      'pass 1',
    ])
    expect(saved.map(({ round }) => round)).toEqual([1, 2, 3, 4])
  })

  it('goes on in the midst of the warm-up', async () => {
    const { saved } = await asked(2, 1)
    expect((await asked(2, 1, saved[0])).tasks).toEqual(['train 10 at 1.00', 'train 20 at 1.00', 'pass 0'])
  })
})
