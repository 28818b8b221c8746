/** How numbers are written for people: one way everywhere, in the order of magnitude that is read at a glance. */
import * as figures from '../../src-main/core/certificate/figures.ts'

const NBSP = '\u00a0'
const whole = new Intl.NumberFormat('en')
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })

/** 1234 → "1,234". */
export function number(value: number): string {
  return whole.format(value)
}

/** "1 picture", "2 pictures". `many` only where adding an s is wrong. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

/** A sentence in which no "%" begins a line. */
export function sentence(text: string): string {
  return text.replaceAll(' %', `${NBSP}%`)
}

/** A share 0–1 as per cent; null is a bound that could not be given. */
export function percent(share: number | null, digits = 0): string {
  return sentence(figures.percent(share, digits))
}

/** A bound from above as per cent, rounded up, so that it never says more than was shown; null as above. */
export function atMost(share: number | null, digits = 0): string {
  return sentence(figures.atMost(share, digits))
}

/** The same from below, rounded down. */
export function atLeast(share: number | null): string {
  return sentence(figures.atLeast(share))
}

/** ꟻLIP, 0–1, with the digits that mean something; null: not measured. */
export function visibility(flip: number | null): string {
  return flip === null ? '–' : flip.toFixed(flip < 0.1 ? 3 : 2)
}

/** Bytes as kB, MB, GB (powers of 1000, as file managers say it). */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? whole.format(Math.round(size)) : oneDecimal.format(size)} ${units[unit]}`
}

/** Seconds as "40 s", "5 min", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s'
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`
}

/** A range of durations, one number when both ends read the same. */
export function durationRange(range: { low: number; high: number }): string {
  const low = duration(range.low)
  const high = duration(range.high)
  return low === high ? `about ${low}` : `${low} to ${high}`
}

/** An ISO time as day and time of this computer. */
export function when(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}

/** Last part of a path of any platform. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
}

/** Folder part of a path of any platform, '' at the top. */
export function parentOf(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return at <= 0 ? '' : path.slice(0, at)
}

/** A path with "~" for the user's home folder; '' is no home. */
export function shortPath(path: string, home: string): string {
  const inside = home !== '' && (path === home || path.startsWith(`${home}/`))
  return inside ? `~${path.slice(home.length)}` : path
}

/** 0–1 of a count, 0 when the whole is not known yet. */
export function share(done: number, total: number): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0
}
