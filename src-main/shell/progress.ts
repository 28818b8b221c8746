import { isRunning, type JobWatch, type WatchedJob } from './job-watch.js'
import type { CurrentWindow } from './ipc.js'

/** Removes the bar. */
const NONE = -1

/** Shows the running job on the window's taskbar or dock icon. */
export function setupProgress(current: CurrentWindow, watch: JobWatch): void {
  watch.onChange((jobs) => {
    const window = current()
    if (window === null || window.isDestroyed()) return
    const job = jobs.find(isRunning) ?? jobs.find((other) => other.state === 'paused')
    if (job === undefined) window.setProgressBar(NONE)
    else window.setProgressBar(jobProgress(job), { mode: job.state === 'paused' ? 'paused' : 'normal' })
  })
}

/** Share of a job that is done, 0–1: each stage counts alike, the running one by its own share. */
export function jobProgress(job: WatchedJob): number {
  if (job.stages.length === 0) return 0
  const done = job.stages.reduce((sum, stage) => {
    if (stage.state === 'done') return sum + 1
    return stage.state === 'running' && stage.total > 0 ? sum + Math.min(1, stage.done / stage.total) : sum
  }, 0)
  return done / job.stages.length
}
