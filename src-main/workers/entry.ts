/** Main file of a worker process. */
import { configureSharp } from '../images/inspect.js'
import { runTask } from './run-task.js'
import { serve } from './answer-tasks.js'

configureSharp()
serve(runTask)
