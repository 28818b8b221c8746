/** Messages to the user: errors with what to do about them, and short confirmations with an undo. */
import { RequestError } from '../../src-shared/contract/index.js'

export interface Notice {
  id: number
  tone: 'bad' | 'warn' | 'info'
  message: string
  hint: string
  /** What "Copy details" puts on the clipboard; '' hides the button. */
  details: string
  action: { label: string; run: () => void } | null
}

const KEPT = 4

export class Notices {
  list = $state.raw<Notice[]>([])
  #next = 1

  add(notice: Omit<Notice, 'id'>): void {
    const id = this.#next++
    // Only the last edit can be undone, so only its button stays.
    const others = this.list.filter((old) => old.message !== notice.message && !(notice.action && old.action))
    this.list = [...others, { id, ...notice }].slice(-KEPT)
  }

  /** Shows an error of any kind. */
  error(error: unknown): void {
    this.add({ tone: 'bad', ...readable(error), action: null })
  }

  /** Confirms something that was done, with a way back where there is one. */
  info(message: string, action: Notice['action'] = null): void {
    this.add({ tone: 'info', message, hint: '', details: '', action })
  }

  /** On another screen a confirmation has lost its meaning; errors and warnings stay until they are dismissed. */
  clearInfos(): void {
    this.list = this.list.filter((notice) => notice.tone !== 'info')
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id)
  }

  /** Waits for the work and shows its error; undefined when it failed. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.error(error)
      return undefined
    }
  }
}

/** An error as a sentence, a hint and the text for a report. */
export function readable(error: unknown): { message: string; hint: string; details: string } {
  if (error instanceof RequestError) {
    const { message, hint, code } = error
    return { message, hint, details: `${code}: ${message}\n${hint}` }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    message: 'Fixative did not answer as expected.',
    hint: 'Try again; if it happens again, restart Fixative and report the details.',
    details: error instanceof Error ? (error.stack ?? message) : message,
  }
}
