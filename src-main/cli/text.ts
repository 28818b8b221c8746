/** Text for a terminal: safe, short, and the same in every locale. */

/**
 * Text from outside (a file's name, a signer's, a sentence of a certificate) as one line of printable text: control
 * characters, which could move the cursor or recolour the terminal, direction marks, which could reorder the line, and
 * characters without width become \u escapes. Joiners stay: they are part of words and emoji.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}

/** A path as one word of a POSIX shell command line, to be copied. */
export function shellWord(path: string): string {
  const text = printable(path)
  if (process.platform === 'win32') return /[\s&|<>^()]/.test(text) ? `"${text}"` : text
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Seconds in words: "8 s", "2 min 5 s", "1 h 20 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`
  const minutes = Math.round(s / 60)
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`
}

/** "1 file", "12,345 files". */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? singular : plural}`
}

/** The first `most` lines of a list, and how many more there are. */
export function listed(lines: readonly string[], most = 10, indent = '  '): string {
  const shown = lines.slice(0, most).map((line) => indent + line)
  if (lines.length > most) shown.push(`${indent}… and ${(lines.length - most).toLocaleString('en')} more`)
  return shown.join('\n')
}
