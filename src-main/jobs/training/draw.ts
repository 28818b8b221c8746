/** Draws the scores of a certificate: the held-out originals under many weight perturbations. */
import type { Progress } from '../../core/job-events.js'
import type { Smoothing } from '../../core/certify/scales.js'
import type { Dataset, Model, Program } from '../../workers/tasks.js'
import type { Checkpoint, RunTask } from '../work.js'

/** Draws of one task. */
const CHUNK = 10

export interface DrawPlan {
  readonly program: Program
  /** The held-out originals. */
  readonly dataset: Dataset
  readonly model: Model
  readonly smoothing: Smoothing
  /** The same for the protected surrogate and the control, so that both see the same weight noise. */
  readonly seed: string
  readonly draws: number
}

/** For each draw the number of pictures classified right, or −1 where it has not been made yet. */
export type DrawState = Int32Array

export async function drawScores(
  run: RunTask,
  plan: DrawPlan,
  checkpoint: Checkpoint<DrawState>,
  progress: Progress,
): Promise<Int32Array> {
  const { draws, ...task } = plan
  const correct = (await checkpoint.load()) ?? new Int32Array(draws).fill(-1)
  let done = correct.filter((score) => score >= 0).length
  progress(done, draws)
  const chunks = Array.from({ length: Math.ceil(draws / CHUNK) }, (_, i) => i * CHUNK)
  await Promise.all(
    chunks.map(async (first) => {
      const count = Math.min(CHUNK, draws - first)
      if (correct.subarray(first, first + count).every((score) => score >= 0)) return
      const result = await run('draws', { ...task, first, count })
      correct.set(result.correct, first)
      done += count
      await checkpoint.save(correct)
      progress(done, draws)
    }),
  )
  return correct
}
