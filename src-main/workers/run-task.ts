/** The table of tasks: every name of the task map, and what does it. */
import { FixativeError } from '../core/errors.js'
import type { SurrogateProgram } from '../engines/engine.js'
import { exportImage } from '../images/export.js'
import { examine } from '../images/examine.js'
import { groupByLook } from '../images/groups.js'
import { headers } from '../images/inspect.js'
import { thumbnails } from '../images/thumbnail.js'
import { cropBeforeAfter, image } from '../images/view.js'
import { attack } from './attack.js'
import { looksOf } from './dataset.js'
import { correctCount, draws } from './evaluate.js'
import { measure } from './measure.js'
import { carrierFields, noisePass } from './noise-pass.js'
import { deviceFailure, programFor } from './programs.js'
import type { Program, TaskInput, TaskMap, TaskName, TaskOutput } from './tasks.js'
import { train } from './train.js'

type Table = { readonly [N in TaskName]: (input: TaskInput<N>) => Promise<TaskOutput<N>> }

const TABLE: Table = {
  thumbnails,
  train: onProgram(train),
  carriers: async (task) => carrierFields(task),
  noisePass: onProgram(noisePass),
  draws: onProgram(draws),
  correct: onProgram(correctCount),
  attack: onProgram(attack),
  measure: (input) => measure(input).catch((error: unknown) => Promise.reject(deviceFailure(error))),
  exportImage,
  headers,
  examine,
  looks: async (task) => looksOf(task),
  groups: async ({ looks, groups, seed }) => groupByLook(looks, { seed, groups }),
  image,
  crop: cropBeforeAfter,
}

/**
 * Runs a recipe on the surrogate that its task names. What goes wrong on a device is the device's failure; on the CPU it
 * is a defect.
 */
function onProgram<I extends { program: Program }, O>(
  recipe: (program: SurrogateProgram, task: I) => Promise<O>,
): (task: I) => Promise<O> {
  return async (task) => {
    try {
      return await recipe(await programFor(task.program), task)
    } catch (error) {
      throw task.program.engine === 'cpu' ? error : deviceFailure(error)
    }
  }
}

/**
 * Runs one task of the task map in this process.
 * @throws FixativeError `unknown-task` when parent and worker are of different versions; else what the task throws.
 */
export async function runTask(task: string, input: unknown): Promise<TaskMap[TaskName]['output']> {
  if (!Object.hasOwn(TABLE, task)) {
    throw new FixativeError('unknown-task', `A worker was asked for "${task}", which it does not know.`)
  }
  // The parent is this program: the pool's types have checked the input against the name.
  return (TABLE[task as TaskName] as (value: unknown) => Promise<TaskMap[TaskName]['output']>)(input)
}
