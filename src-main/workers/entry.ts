/** Main file of a worker process. */
import { runTask } from './run-task.js'
import { serve } from './serve.js'

serve(runTask)
