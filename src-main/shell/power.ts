import { powerSaveBlocker } from 'electron'
import { isRunning, type JobWatch } from './job-watch.js'

/** Keeps the computer from falling asleep while a job runs; the display may still turn off. */
export function setupPower(watch: JobWatch): void {
  let blocker: number | null = null
  watch.onChange((jobs) => {
    const wanted = jobs.some(isRunning)
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  })
}
