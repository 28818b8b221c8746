import type { Emit, Job } from '../../src-shared/contract/index.js'

/** Ends this process at the moment at which a job enters a stage, as a crash does. */
export function dieInStage(deadly: string | undefined): Emit {
  return (name, payload) => {
    if (name !== 'jobs.changed') return
    const { stages } = payload as Job
    if (stages.some(({ stage, state }) => stage === deadly && state === 'running')) process.kill(process.pid, 'SIGKILL')
  }
}
