/** Stress tests, as main last told of them. */
import type { Client, StressTest } from '../../src-shared/contract/index.js'
import { sentenceOf } from '../../src-main/core/stress/rows.ts'
import { share } from '../lib/format.ts'
import type { Announcer } from './announcer.svelte.ts'
import type { Notices } from './notices.svelte.ts'

/** Progress is spoken at each tenth, not at every training. */
const SPOKEN_STEPS = 10

export class Stress {
  /** By the path of the certificate. */
  tests = $state.raw<Readonly<Record<string, StressTest>>>({})
  readonly running = $derived(Object.values(this.tests).some((test) => test.running))
  #spoken = ''

  constructor(
    private readonly client: Client,
    private readonly notices: Notices,
    private readonly announcer: Announcer,
  ) {
    client.on('stress.changed', (test) => {
      this.#speak(test)
      this.#put(test)
    })
  }

  async load(path: string): Promise<void> {
    const test = await this.notices.attempt(() => this.client.request('stress.get', { path }))
    if (test) this.#put(test)
  }

  /** Its event changes the test: the answer comes over another connection and may be older than what is there. */
  async start(path: string): Promise<void> {
    await this.notices.attempt(() => this.client.request('stress.start', { path }))
  }

  async cancel(): Promise<void> {
    await this.notices.attempt(() => this.client.request('stress.cancel', {}))
  }

  #put(test: StressTest): void {
    this.tests = { ...this.tests, [test.certificate]: test }
  }

  #speak(test: StressTest): void {
    const sentence = spoken(test)
    if (sentence === this.#spoken) return
    this.#spoken = sentence
    this.announcer.say(sentence)
  }
}

/** "Stress test: 40 %", in tenths; its end in words. */
function spoken({ running, done, total, error, results }: StressTest): string {
  if (running) {
    const tenth = Math.floor(share(done, total) * SPOKEN_STEPS) * (100 / SPOKEN_STEPS)
    return `Stress test: ${tenth} %`
  }
  if (error) return `The stress test failed. ${error.message}`
  if (done < total || !results[0]) return 'The stress test was stopped.'
  return `The stress test is finished. The worst: ${sentenceOf(results[0])}`
}
