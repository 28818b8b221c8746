/** Which class each picture of a collection belongs to: by its folder, or by a CSV file. */
import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { FixativeError } from '../core/errors.js'

export interface Labels {
  /** Names, in the order of their code units (or of size, for groups by look). */
  readonly classes: readonly string[]
  /** Per file, in order: an index into `classes`, or −1 for none. */
  readonly labels: Int32Array
}

const TOP_LEVEL = '(top level)'

/** Labels from one name a file; null for none. */
function fromNames(names: readonly (string | null)[]): Labels {
  const classes = [...new Set(names.filter((name) => name !== null))].sort()
  const index = new Map(classes.map((name, i) => [name, i]))
  return { classes, labels: Int32Array.from(names, (name) => (name === null ? -1 : index.get(name)!)) }
}

/**
 * A file's class is the top-level sub-folder that it is in, however deep. Folders that merely wrap all the others are
 * passed over (`photos/cats`, `photos/dogs` are cats and dogs). Pictures beside the class folders are a class of their
 * own, "(top level)"; a flat folder is that one class only.
 */
export function labelByFolders(files: readonly { readonly folder: string }[]): Labels {
  const folders = files.map((file) => (file.folder === '' ? [] : file.folder.split('/')))
  let depth = 0
  const wraps = (at: number): boolean =>
    folders.length > 0 && folders.every((parts) => parts.length > at + 1 && parts[at] === folders[0]![at])
  while (wraps(depth)) depth++
  const names = folders.map((parts) => parts[depth] ?? null)
  let rest = TOP_LEVEL
  while (names.includes(rest)) rest = `${rest} `
  return fromNames(names.map((name) => name ?? rest))
}

/** Whether all files are in one folder, so that folders say nothing about classes. */
export function isFlat(files: readonly { readonly folder: string }[]): boolean {
  return files.every((file) => file.folder === files[0]!.folder)
}

export interface CsvProblem {
  /** Line of the file, from 1. */
  readonly line: number
  readonly path: string
  /** One plain sentence. */
  readonly reason: string
}

export interface CsvLabels extends Labels {
  readonly problems: readonly CsvProblem[]
  /** Paths of the files that no line names; their label is −1. */
  readonly unlabelled: readonly string[]
}

const recordsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }))
const HEADER_PATHS = new Set(['path', 'file', 'filename', 'file_name', 'image', 'name'])
const HEADER_LABELS = new Set(['label', 'class', 'category', 'labels'])

/** A path as written by any system and editor, for comparing. */
function comparable(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .normalize('NFC')
}

/**
 * Labels from a CSV file with the columns path and label (a header line and further columns are allowed, as are a byte
 * order mark, quotes, `\` for `/`, and a leading `./`). Lines that name no file of the collection, have no label, or
 * repeat an earlier path are listed as problems; the first line of a path counts.
 *
 * @throws FixativeError `csv-unreadable`, `csv-invalid` (not CSV), `csv-no-match` (names no file of the collection).
 */
export async function labelByCsv(csvPath: string, files: readonly { readonly path: string }[]): Promise<CsvLabels> {
  const records = parseCsv(csvPath, await readText(csvPath))
  const index = new Map(files.map((file, i) => [comparable(file.path), i]))
  const names = new Array<string | null>(files.length).fill(null)
  const problems: CsvProblem[] = []
  for (const [i, { record, info }] of records.entries()) {
    const [path = '', second = ''] = record
    const label = second.trim()
    const isHeader = HEADER_PATHS.has(path.trim().toLowerCase()) && HEADER_LABELS.has(label.toLowerCase())
    const at = index.get(comparable(path)) ?? index.get(comparable(path.trim()))
    if (i === 0 && isHeader && at === undefined) continue
    const problem = (reason: string): void => void problems.push({ line: info.lines, path, reason })
    if (label === '') problem('The line has no label.')
    else if (at === undefined) problem('There is no such picture in the folder.')
    else if (names[at] === null) names[at] = label
    else if (names[at] === label) problem('An earlier line already says the same of this picture.')
    else problem(`An earlier line gives this picture another label, "${names[at]}", which counts.`)
  }
  if (names.every((name) => name === null)) {
    throw new FixativeError(
      'csv-no-match',
      `"${csvPath}" gives none of the folder's pictures a label.`,
      'Its first column must be paths relative to the folder, and its second the labels.',
    )
  }
  const unlabelled = files.filter((_, i) => names[i] === null).map((file) => file.path)
  return { ...fromNames(names), problems, unlabelled }
}

async function readText(csvPath: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(csvPath))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : cause instanceof TypeError ? 'it is not UTF-8 text' : code
    throw new FixativeError('csv-unreadable', `The labels "${csvPath}" cannot be read: ${why}.`, 'Check the file.', {
      cause,
    })
  }
}

function parseCsv(csvPath: string, text: string): z.infer<typeof recordsSchema> {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true } as const
    return recordsSchema.parse(parse(text, options))
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new FixativeError(
      'csv-invalid',
      `"${csvPath}" is not a valid CSV file: ${cause.message}.`,
      'Check its quotes.',
      {
        cause,
      },
    )
  }
}
