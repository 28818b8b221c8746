/**
 * A bucket of tokens that fills at a steady pace: `burst` requests at once, then `perSecond`. Keeps a runaway page from
 * taking the process's time from a running job.
 */
export class RateLimit {
  #tokens: number
  #at: number
  constructor(
    readonly burst: number,
    readonly perSecond: number,
    readonly clock: () => number = () => performance.now(),
  ) {
    this.#tokens = burst
    this.#at = clock()
  }

  /** Whether one more request may be served now. */
  take(): boolean {
    const now = this.clock()
    this.#tokens = Math.min(this.burst, this.#tokens + ((now - this.#at) / 1000) * this.perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
