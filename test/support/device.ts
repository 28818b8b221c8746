/**
 * A worker process that stands for a device in the tests of losing one: it computes on the processor whatever engine it
 * is asked for, and fails for good once the file named by FIXATIVE_TEST_DEVICE has as many bytes as tasks are allowed.
 */
import { appendFileSync, statSync } from 'node:fs'
import { runTask } from '../../src-main/workers/run-task.js'
import { serve } from '../../src-main/workers/answer-tasks.js'
import type { TaskInput } from '../../src-main/workers/tasks.js'

const { file, tasks, how } = JSON.parse(process.env['FIXATIVE_TEST_DEVICE']!) as {
  file: string
  tasks: number
  how: 'crash' | 'error'
}

serve(async (task, input) => {
  const { program } = input as TaskInput<'train'>
  if (program.engine !== 'webgpu') throw new Error(`a task for ${program.engine} was sent to the device`)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= tasks) {
    if (how === 'crash') process.kill(process.pid, 'SIGKILL')
    // Asked for an adapter where there is none, the runtime itself fails.
    return runTask(task, input)
  }
  appendFileSync(file, '.')
  return runTask(task, { ...(input as object), program: { ...program, engine: 'cpu' } })
})
