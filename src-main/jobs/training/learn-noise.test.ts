import { describe, expect, it } from 'vitest'
import { RECIPES } from '../../core/protect/recipe.js'
import { architectureFor } from '../../core/surrogate/architecture.js'
import type { TaskInput, TaskName, TaskOutput } from '../../workers/tasks.js'
import { type Fields, learnNoise, type LearnState } from './learn-noise.js'

const spec = { architecture: architectureFor('compact', 8), classes: 2, resolution: 8 }

/** Learns with tasks that change nothing but tell what was asked for. */
async function asked(
  warmUp: number,
  rounds: number,
  from?: LearnState,
): Promise<{ tasks: string[]; saved: LearnState[]; learnt: 0 | 1 }> {
  const tasks: string[] = []
  const saved: LearnState[] = []
  const answers: { [N in TaskName]?: (input: TaskInput<N>) => TaskOutput<N> } = {
    train(input) {
      tasks.push(`train ${input.firstStep} at ${input.contrast.toFixed(2)}`)
      return { state: input.state, loss: 0, accuracy: 0 }
    },
    noisePass(input) {
      tasks.push(`pass ${input.round} from ${input.noise.fields}`)
      return { items: Int32Array.of(0, 1), fields: new Int8Array(2 * 64) }
    },
  }
  const fields: Fields = {
    budgets: 'budgets',
    path: (set) => `set ${set}`,
    write: async (set) => void tasks.push(`write ${set}`),
    sync: async (set) => void tasks.push(`sync ${set}`),
  }
  const dataset = {
    thumbnails: { path: '', resolution: 8 },
    items: Int32Array.of(0, 1),
    labels: Int32Array.of(0, 1),
  }
  const learnt = await learnNoise(
    (task, input) => Promise.resolve(answers[task]!(input)),
    {
      program: { engine: 'cpu', spec },
      train: dataset,
      dataset,
      noisyClasses: 2,
      recipe: RECIPES.pue,
      seed: 'test',
      rounds,
      warmUp,
      roundSteps: 10,
      distorted: false,
      band: { low: 1, high: 4 },
      workers: 1,
    },
    fields,
    async () => void tasks.push('begin'),
    { load: () => Promise.resolve(from), save: async (state) => void saved.push(state) },
    () => undefined,
  )
  return { tasks, saved, learnt }
}

describe('learnNoise', () => {
  it('leaves the noise alone until the surrogate has learnt from it, first with faint pictures', async () => {
    const { tasks, saved, learnt } = await asked(2, 2)
    expect(tasks).toEqual([
      'begin',
      'train 0 at 0.32',
      'train 10 at 1.00',
      'train 20 at 1.00',
      ...['pass 0 from set 0', 'write 1', 'sync 1'],
      'train 30 at 1.00',
      ...['pass 1 from set 1', 'write 0', 'sync 0'],
    ])
    expect(saved.map(({ round, set }) => [round, set])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 0],
    ])
    expect(learnt).toBe(0)
  })

  it('goes on in the midst of the warm-up, with the fields that are there', async () => {
    const { saved } = await asked(2, 1)
    const rest = ['train 10 at 1.00', 'train 20 at 1.00', 'pass 0 from set 0', 'write 1', 'sync 1']
    expect((await asked(2, 1, saved[0])).tasks).toEqual(rest)
  })

  it('does a pass that was cut off again from the fields before it', async () => {
    const { saved } = await asked(0, 2)
    const rest = ['train 10 at 1.00', 'pass 1 from set 1', 'write 0', 'sync 0']
    expect(await asked(0, 2, saved[0])).toMatchObject({ tasks: rest, learnt: 0 })
  })
})
