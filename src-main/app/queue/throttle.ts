/** At most one call in so many milliseconds. */
export class Throttle {
  #last = -Infinity
  #timer: NodeJS.Timeout | undefined

  /**
   * @param every milliseconds between two calls that can wait
   * @param clock milliseconds, monotonic
   */
  constructor(
    readonly call: () => void,
    readonly every: number,
    readonly clock: () => number,
  ) {}

  /** Calls at once; a call that waited is done with that. */
  now(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#last = this.clock()
    this.call()
  }

  /** Calls as soon as the last call is long enough ago, once for all that ask meanwhile. */
  soon(): void {
    if (this.#timer) return
    const wait = this.#last + this.every - this.clock()
    if (wait <= 0) this.now()
    else this.#timer = setTimeout(() => this.now(), wait)
  }

  /** Whatever waits is not called any more. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
