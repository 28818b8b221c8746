import { describe, expect, it } from 'vitest'
import { recipeOf, recipesFor } from '../../core/certify/recipes.js'
import type { AttackTask, TaskInput, TaskName, TaskOutput } from '../../workers/tasks.js'
import { type RunsPlan, type RunsState, runAttackers } from './runs.js'

const empty = { items: new Int32Array(0), labels: new Int32Array(0) }
const plan: RunsPlan = {
  recipes: recipesFor(64),
  runs: 22,
  seed: 's',
  side: 'protected',
  classes: 3,
  dataset: { thumbnails: { path: 'written', resolution: 64 }, ...empty },
  test: { thumbnails: { path: 'held out', resolution: 64 }, ...empty },
  steps: 200,
  batchSize: 64,
}

/** Trains attackers whose scores follow from their seed alone, and that end in an order of their own. */
async function attacked(from?: RunsState, changes: Partial<RunsPlan> = {}) {
  const tasks: AttackTask[] = []
  const saved: RunsState[] = []
  const told: number[] = []
  const run = async <N extends TaskName>(name: N, input: TaskInput<N>): Promise<TaskOutput<N>> => {
    expect(name).toBe('attack')
    const task = input as AttackTask
    tasks.push(task)
    await new Promise((resolve) => setTimeout(resolve, (tasks.length * 7) % 5))
    const number = Number(task.seed.split('/').at(-1))
    return Int32Array.of(number, 2 * number, number, number)
  }
  const checkpoint = {
    load: () => Promise.resolve(from),
    save: async (state: RunsState) => void saved.push(structuredClone(state)),
  }
  const attackers = await runAttackers(run, { ...plan, ...changes }, checkpoint, (done) => told.push(done))
  return { attackers, tasks, saved, told }
}

describe('runAttackers', () => {
  it('trains each by its recipe and seed, and counts them', async () => {
    const { attackers, tasks, told } = await attacked()
    expect(attackers.map(({ correct }) => correct)).toEqual(Array.from({ length: 22 }, (_, i) => [i, 2 * i, i, i]))
    expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(22)
    for (const [i, { program, dataset, test }] of tasks.entries()) {
      const { architecture, resolution } = plan.recipes[attackers[i]!.recipe]!
      expect(program.spec).toMatchObject({ architecture: { name: architecture }, resolution, classes: 3 })
      expect([dataset.thumbnails.path, test.thumbnails.path]).toEqual(['written', 'held out'])
    }
    expect(told).toEqual(Array.from({ length: 23 }, (_, i) => i))
  })

  it('goes on where it was stopped, with the same result', async () => {
    const whole = await attacked()
    const middle = whole.saved[9]!
    expect(middle.filter((run) => run !== null)).toHaveLength(10)
    const rest = await attacked(middle)
    expect(rest.tasks).toHaveLength(12)
    expect(rest.attackers).toEqual(whole.attackers)
    expect(rest.told).toEqual(Array.from({ length: 13 }, (_, i) => 10 + i))
  })

  it('has other attackers for each side', async () => {
    const [one, other] = [await attacked(), await attacked(undefined, { side: 'control' })]
    const seeds = one.tasks.map(({ seed }) => seed)
    expect(other.tasks.some(({ seed }) => seeds.includes(seed))).toBe(false)
    expect(other.attackers.map(({ recipe }) => recipe)).toEqual(one.attackers.map(({ recipe }) => recipe))
  })
})

describe('recipeOf', () => {
  it('draws every recipe about as often, by the key alone', () => {
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4000; i++) counts[recipeOf('s', i, 4)]!++
    // Five standard deviations of a count whose mean is 1,000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(750))
    expect(recipeOf('s', 3, 4)).toBe(recipeOf('s', 3, 4))
  })
})
