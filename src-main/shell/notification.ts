import { Notification } from 'electron'
import type { JobWatch, WatchedJob } from './job-watch.js'
import { revealWindow } from './window.js'
import type { CurrentWindow } from './ipc.js'

/** Of jobs that have something left to do without the user's help. */
const ACTIVE: readonly WatchedJob['state'][] = ['queued', 'running']

/**
 * One silent notification when the queue has run dry, unless the user is looking at the window or has turned it off.
 * A cancelled job needs none: the user was there.
 */
export function setupNotification(current: CurrentWindow, watch: JobWatch, enabled: () => boolean): void {
  const ended = new Map<string, WatchedJob>()
  const before = new Map<string, WatchedJob['state']>()
  // What ended in an earlier session is no news.
  for (const job of watch.jobs()) before.set(job.id, job.state)
  watch.onChange((jobs) => {
    for (const job of jobs) {
      const was = before.get(job.id)
      if (was !== undefined && ACTIVE.includes(was) && (job.state === 'done' || job.state === 'failed')) {
        ended.set(job.id, job)
      }
      before.set(job.id, job.state)
    }
    if (ended.size === 0 || jobs.some((job) => ACTIVE.includes(job.state))) return
    const finished = [...ended.values()]
    ended.clear()
    if (!enabled() || current()?.isFocused() === true || !Notification.isSupported()) return
    const notification = new Notification({ ...notificationText(finished), silent: true })
    notification.on('click', () => revealWindow(current()))
    notification.show()
  })
}

/** What the notification says of the jobs that have ended; at least one. */
export function notificationText(jobs: readonly WatchedJob[]): { title: string; body: string } {
  const [first] = jobs
  if (jobs.length === 1 && first !== undefined) {
    return first.state === 'done'
      ? { title: `${first.name} is protected`, body: first.result?.headline ?? '' }
      : { title: `${first.name} could not be protected`, body: first.error?.message ?? '' }
  }
  const failed = jobs.filter((job) => job.state === 'failed').length
  const done = `${jobs.length - failed} of ${jobs.length} collections are protected.`
  return { title: 'The queue has ended', body: failed === 0 ? done : `${done} ${failed} failed.` }
}
