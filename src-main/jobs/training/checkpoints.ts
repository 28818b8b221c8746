/** Where learning, training and drawing leave their last finished step, in the job's folder. */
import { z } from 'zod'
import type { Checkpoint } from '../work.js'
import type { DrawState } from './draw.js'
import type { FitState } from './fit.js'
import type { LearnState } from './learn-noise.js'
import type { JobFolder, Tensors } from '../../storage/folders.js'

const count = z.int().min(0)

/** Three of these tensors are the state of a surrogate. */
function surrogate(tensors: Record<string, Float32Array>): FitState['state'] | undefined {
  const { parameters, velocity, statistics } = tensors
  return parameters && velocity && statistics && { parameters, velocity, statistics }
}

const learnSchema = z.strictObject({ key: z.string(), round: count, set: z.union([z.literal(0), z.literal(1)]) })

/** @param key says what is being learnt from; a checkpoint of something else does not count. */
export function learnCheckpoint(folder: JobFolder, file: string, key: string): Checkpoint<LearnState> {
  return {
    async load() {
      const stored = await folder.readTensors(file, learnSchema)
      const state = stored && surrogate(stored.tensors)
      if (stored?.meta.key !== key || !state) return undefined
      return { round: stored.meta.round, state, set: stored.meta.set }
    },
    save: ({ round, state, set }) => folder.writeTensors(file, { key, round, set }, { ...state } satisfies Tensors),
  }
}

const fitSchema = z.strictObject({
  key: z.string(),
  step: count,
  totalSteps: count,
  trainAccuracy: z.number().min(0).max(1).optional(),
})

export function fitCheckpoint(folder: JobFolder, file: string, key: string): Checkpoint<FitState> {
  return {
    async load() {
      const stored = await folder.readTensors(file, fitSchema)
      const state = stored && surrogate(stored.tensors)
      if (stored?.meta.key !== key || !state) return undefined
      const { step, totalSteps, trainAccuracy } = stored.meta
      return { step, totalSteps, state, ...(trainAccuracy === undefined ? {} : { trainAccuracy }) }
    },
    save: ({ state, ...rest }) => folder.writeTensors(file, { key, ...rest }, { ...state } satisfies Tensors),
  }
}

const drawSchema = z.strictObject({ key: z.string(), correct: z.array(z.int().min(-1)) })

/** Saves that come while the disk is busy are written as one. */
export function drawCheckpoint(folder: JobFolder, file: string, key: string): Checkpoint<DrawState> {
  let writing: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined
  return {
    async load() {
      const stored = await folder.readJson(file, drawSchema)
      return stored?.key === key ? Int32Array.from(stored.correct) : undefined
    },
    save(correct) {
      waiting ??= writing.then(() => {
        waiting = undefined
        writing = folder.writeJson(file, { key, correct: [...correct] })
        return writing
      })
      return waiting
    },
  }
}
