/** What a screen reader is told: one polite live region, spoken at a calm rate. */

const PAUSE_MS = 4000

export class Announcer {
  text = $state('')
  #last = 0
  #waiting: string | null = null

  /** Speaks now, or when the last sentence has had its time; a newer sentence replaces a waiting one. */
  say(text: string): void {
    const wait = this.#last + PAUSE_MS - Date.now()
    if (wait <= 0) {
      this.#last = Date.now()
      this.text = text
      return
    }
    const scheduled = this.#waiting !== null
    this.#waiting = text
    if (scheduled) return
    setTimeout(() => {
      const next = this.#waiting
      this.#waiting = null
      if (next !== null) this.say(next)
    }, wait)
  }
}
