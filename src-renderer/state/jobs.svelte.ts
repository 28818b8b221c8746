/** All jobs that main knows, kept up to date by its events. */
import type { Client, Job, Settings } from '../../src-shared/contract/index.js'
import { number, plural, share } from '../lib/format.ts'
import { STAGE_TITLES } from '../../src-main/core/job-events.ts'
import type { Announcer } from './announcer.svelte.ts'
import type { Notices } from './notices.svelte.ts'

/** Progress is spoken at each tenth of a stage, not at every step. */
const SPOKEN_STEPS = 10

export class Jobs {
  list = $state.raw<Job[]>([])
  /** False until the first list has come: "no such job" cannot be said before. */
  loaded = $state(false)
  readonly active = $derived(this.list.filter((job) => ['queued', 'running', 'paused'].includes(job.state)))
  readonly running = $derived(this.list.find((job) => job.state === 'running') ?? null)
  /** Last sentence about each job. */
  readonly #spoken: Record<string, string> = {}

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
    private readonly announcer: Announcer,
  ) {
    client.on('jobs.changed', (job) => {
      this.#put(job)
      this.#speak(job)
    })
    client.on('jobs.removed', ({ id }) => {
      this.list = this.list.filter((job) => job.id !== id)
    })
  }

  async load(): Promise<void> {
    const list = await this.notices.attempt(() => this.client.request('jobs.list', {}))
    if (list) this.list = list
    this.loaded = true
  }

  get(id: string): Job | undefined {
    return this.list.find((job) => job.id === id)
  }

  /** Queues a job; in the list when this returns, so that its screen has a heading from the first moment. */
  async start(collectionId: string, output: string | null, settings: Settings): Promise<Job | undefined> {
    const job = await this.notices.attempt(() => this.client.request('jobs.start', { collectionId, output, settings }))
    if (job && !this.get(job.id)) this.#put(job)
    return job
  }

  pause = (id: string) => this.#ask('jobs.pause', id)
  resume = (id: string) => this.#ask('jobs.resume', id)
  cancel = (id: string) => this.#ask('jobs.cancel', id)
  retry = (id: string) => this.#ask('jobs.retry', id)

  /** Whether the job was removed. */
  async remove(id: string): Promise<boolean> {
    return (await this.notices.attempt(() => this.client.request('jobs.remove', { id }))) !== undefined
  }

  /** Its event changes the list: the answer comes over another connection and may be older than what is there. */
  async #ask(name: 'jobs.pause' | 'jobs.resume' | 'jobs.cancel' | 'jobs.retry', id: string): Promise<void> {
    await this.notices.attempt(() => this.client.request(name, { id }))
  }

  #put(job: Job): void {
    const at = this.list.findIndex((other) => other.id === job.id)
    this.list = at < 0 ? [...this.list, job] : this.list.with(at, job)
  }

  #speak(job: Job): void {
    const sentence = spoken(job)
    if (sentence === null || this.#spoken[job.id] === sentence) return
    this.#spoken[job.id] = sentence
    this.announcer.say(sentence)
  }
}

/** The stage that a job is in, if any. */
export function currentStage(job: Job): Job['stages'][number] | undefined {
  return job.stages.find((stage) => stage.state === 'running')
}

/** "Learn the change: 40 %", in tenths; the end of a job in words. */
function spoken(job: Job): string | null {
  if (job.state === 'done') return `${job.name} is finished.`
  if (job.state === 'failed') return `${job.name} failed. ${job.error?.message ?? ''}`
  if (job.state === 'cancelled') return `${job.name} was cancelled.`
  if (job.state === 'paused') return `${job.name} is paused.`
  const stage = currentStage(job)
  if (job.state !== 'running' || !stage) return null
  const tenth = Math.floor(share(stage.done, stage.total) * SPOKEN_STEPS) * (100 / SPOKEN_STEPS)
  return `${STAGE_TITLES[stage.stage]}: ${tenth} %`
}

/** "120 of 1,000 draws"; '' before anything is known. */
export function countText(stage: Job['stages'][number]): string {
  return stage.total > 0 ? `${number(stage.done)} of ${plural(stage.total, stage.unit)}` : ''
}
