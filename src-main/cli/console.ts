/** Where a command writes: people read stdout and stderr, programs read one JSON event a line on stdout. */
import pc from 'picocolors'
import type { FixativeErrorData } from '../core/errors.js'
import type { JobEvent } from '../core/job-events.js'
import { counted, duration, listed, printable } from './text.js'

/** Events of commands that are no jobs: `verify` has a stage of its own, and every command its result. */
export type OtherEvent =
  | { type: 'stage'; stage: 'verify' | 'stress'; title: string }
  | {
      type: 'progress'
      stage: 'verify' | 'stress'
      done: number
      total: number
      unit: string
      etaSeconds: number | null
    }
  | { type: 'result'; result: unknown }

export interface Console {
  /** True when stdout carries JSON events and nothing else. */
  readonly json: boolean
  /** One event of `--json`; in the human form job events are shown as progress and the rest is dropped. */
  event(event: JobEvent | OtherEvent): void
  /** Text for people on stdout; dropped with `--json`. */
  print(text: string): void
  /** A short remark on stderr, above any progress line; dropped with `--json`. */
  note(text: string): void
  error(error: FixativeErrorData): void
  /** Ends the progress line and shows what was gathered on the way: warnings and skipped files. */
  finish(): void
}

export type Colours = ReturnType<typeof pc.createColors>

/** Colours for a terminal; none for a pipe, with NO_COLOR, or on a dumb terminal. */
export function colours(stream: { isTTY?: boolean }): Colours {
  return pc.createColors(Boolean(stream.isTTY) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb')
}

/** One JSON event a line. */
function jsonConsole(): Console {
  const event: Console['event'] = (value) => {
    process.stdout.write(`${JSON.stringify(value)}\n`)
  }
  return {
    json: true,
    event,
    print: () => undefined,
    note: () => undefined,
    error: (error) => {
      event({ type: 'error', error: { code: error.code, message: error.message, hint: error.hint } })
    },
    finish: () => undefined,
  }
}

const BAR = 24

/** A progress bar of 24 cells. */
export function bar(done: number, total: number): string {
  const full = total > 0 ? Math.round((Math.min(done, total) / total) * BAR) : 0
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}

/** Progress of a job on stderr: a line a stage, redrawn on a terminal, written once when it ends elsewhere. */
export class HumanConsole implements Console {
  readonly json = false
  readonly #out: NodeJS.WriteStream
  readonly #err: NodeJS.WriteStream
  readonly #now: () => number
  readonly #warnings: { message: string; hint: string }[] = []
  readonly #skipped: { path: string; reason: string }[] = []
  #stage: { title: string; started: number; done: number; total: number; unit: string } | null = null
  #drawn = -Infinity

  constructor(
    out: NodeJS.WriteStream = process.stdout,
    err: NodeJS.WriteStream = process.stderr,
    now = () => performance.now(),
  ) {
    this.#out = out
    this.#err = err
    this.#now = now
  }

  event(event: JobEvent | OtherEvent): void {
    const e = event as JobEvent
    if (e.type === 'stage') {
      this.#endStage()
      this.#stage = { title: e.title, started: this.#now(), done: 0, total: 0, unit: '' }
      this.#draw(null, true)
    } else if (e.type === 'progress' && this.#stage) {
      Object.assign(this.#stage, { done: e.done, total: e.total, unit: e.unit })
      this.#draw(e.etaSeconds, false)
    } else if (e.type === 'device') {
      this.note(`  Computing on ${e.engine === 'cpu' ? 'the processor' : printable(e.name)}.`)
    } else if (e.type === 'warning') {
      this.#warnings.push(e)
    } else if (e.type === 'skipped') {
      this.#skipped.push(e)
    }
  }

  print(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
  }

  note(text: string): void {
    this.#clear()
    this.#err.write(`${text}\n`)
  }

  error(error: FixativeErrorData): void {
    this.#clear()
    this.#stage = null
    this.#showGathered()
    const c = colours(this.#err)
    this.#err.write(`${c.red('fixative:')} ${printable(error.message)}\n`)
    if (error.hint) this.#err.write(`  ${printable(error.hint)}\n`)
  }

  finish(): void {
    this.#endStage()
    this.#showGathered()
  }

  #showGathered(): void {
    const c = colours(this.#err)
    for (const { message, hint } of this.#warnings.splice(0)) {
      this.#err.write(`${c.yellow('Warning:')} ${printable(message)}${hint ? ` ${printable(hint)}` : ''}\n`)
    }
    const skipped = this.#skipped.splice(0)
    if (skipped.length > 0) {
      const lines = skipped.map(({ path, reason }) => `${printable(path)}: ${printable(reason)}`)
      this.#err.write(`Left out ${counted(skipped.length, 'file')}:\n${listed(lines)}\n`)
    }
  }

  #clear(): void {
    if (this.#err.isTTY) this.#err.write('\r\u001b[2K')
  }

  #endStage(): void {
    const stage = this.#stage
    if (!stage) return
    this.#stage = null
    const c = colours(this.#err)
    const seconds = (this.#now() - stage.started) / 1000
    const amount = stage.total > 1 && stage.unit ? `${counted(stage.done, stage.unit)}, ` : ''
    this.#clear()
    this.#err.write(`${c.green('✓')} ${printable(stage.title)} ${c.dim(`(${amount}${duration(seconds)})`)}\n`)
  }

  #draw(etaSeconds: number | null, first: boolean): void {
    const stage = this.#stage
    if (!this.#err.isTTY || !stage) return
    // Ten frames a second are enough for the eye, and do not slow the work.
    if (!first && stage.done < stage.total && this.#now() - this.#drawn < 100) return
    this.#drawn = this.#now()
    const share = stage.total > 0 ? Math.floor((stage.done / stage.total) * 100) : 0
    const rest = etaSeconds === null ? (stage.total > 0 ? 'estimating …' : '') : `about ${duration(etaSeconds)} left`
    const line = stage.total > 0 ? `  ${bar(stage.done, stage.total)} ${String(share).padStart(3)} %  ${rest}` : ' …'
    const width = Math.max(20, this.#err.columns || 80) - 1
    this.#err.write(`\r\u001b[2K${`  ${printable(stage.title)}${line}`.slice(0, width)}`)
  }
}

export function makeConsole(json: boolean): Console {
  return json ? jsonConsole() : new HumanConsole()
}
