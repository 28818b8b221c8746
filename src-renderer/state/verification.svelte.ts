/** A check of a protected folder or certificate, and how far it is. */
import type { EventPayload, Verification } from '../../src-shared/contract/index.js'
import { outcome } from '../lib/words.ts'
import type { Session } from './session.svelte.ts'

export class VerificationView {
  result = $state.raw<Verification | null>(null)
  progress = $state.raw<EventPayload<'verify.progress'> | null>(null)
  path = $state<string | null>(null)
  busy = $state(false)
  readonly #stop: () => void

  constructor(private readonly session: Session) {
    this.#stop = session.client.on('verify.progress', (progress) => {
      if (this.busy) this.progress = progress
    })
  }

  close(): void {
    this.#stop()
  }

  /** Checks a folder or certificate; `originals` may be null. */
  async start(path: string, originals: string | null = null): Promise<void> {
    if (this.busy) return
    this.path = path
    this.result = null
    this.progress = null
    this.busy = true
    const { client, notices, announcer } = this.session
    const result = await notices.attempt(() => client.request('verify.start', { path, originals }))
    this.busy = false
    if (!result) return
    this.result = result
    announcer.say(outcome(result).text)
  }

  /** The same check again: what is known of the signer has changed. */
  async again(): Promise<void> {
    if (this.path !== null) await this.start(this.path)
  }

  async choose(purpose: 'verify' | 'certificate' = 'verify'): Promise<void> {
    const path = await this.session.folders.choose(purpose)
    if (path !== null) await this.start(path)
  }

  /** Checks the same folder again, now against its originals. */
  async withOriginals(): Promise<void> {
    const originals = await this.session.folders.choose('originals')
    if (originals !== null && this.path !== null) await this.start(this.path, originals)
  }
}
