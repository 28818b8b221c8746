/** Where a protected picture is written. */
import { CERTIFICATE_NAME, REPORT_NAME } from '../core/file-names.js'
import type { OutputFormat } from './types.js'

const EXTENSION: Record<OutputFormat, string> = { png: 'png', jpeg: 'jpg', webp: 'webp', tiff: 'tif', avif: 'avif' }
const ALIASES: Record<OutputFormat, readonly string[]> = {
  png: ['png'],
  jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'],
  webp: ['webp'],
  tiff: ['tif', 'tiff'],
  avif: ['avif'],
}

/** The file name's extension without the dot, lower case; '' for none (a leading dot is not one). */
function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : ''
}

/**
 * The relative path of the protected picture: the source's own when its format is kept or its extension already says
 * the format, else with the extension exchanged (or added, where the name's end is no extension of a picture).
 */
export function outputPath(path: string, format: 'keep' | OutputFormat, sourceFormat: OutputFormat): string {
  if (format === 'keep' || (format === sourceFormat && extensionOf(path) === '')) return path
  const extension = extensionOf(path)
  if (ALIASES[format].includes(extension)) return path
  const isImage = Object.values(ALIASES).some((all) => all.includes(extension))
  return `${isImage ? path.slice(0, -extension.length - 1) : path}.${EXTENSION[format]}`
}

/**
 * The output paths of a collection, one a file in order, no two the same: not even on a file system that ignores case
 * or the composition of accents, and none the name of Fixative's own files. Files that keep their name keep it; of
 * others that would meet, the later ones keep their old extension in the name (`a.jpg` and `a.png` as PNG become
 * `a.jpg.png` and `a.png`).
 */
export function planOutputs(
  files: readonly { readonly path: string; readonly format: OutputFormat }[],
  format: 'keep' | OutputFormat,
): string[] {
  const key = (path: string): string => path.normalize('NFC').toLowerCase()
  const taken = new Set([CERTIFICATE_NAME, REPORT_NAME])
  const wanted = files.map((file) => outputPath(file.path, format, file.format))
  const planned = new Array<string>(files.length)
  const place = (index: number): void => {
    const path = files[index]!.path
    let name = wanted[index]!
    const target = format === 'keep' ? files[index]!.format : format
    if (taken.has(key(name))) name = `${path}.${EXTENSION[target]}`
    for (let n = 2; taken.has(key(name)); n++) name = `${path}-${n}.${EXTENSION[target]}`
    taken.add(key(name))
    planned[index] = name
  }
  const order = files.map((_, i) => i)
  for (const i of order) if (wanted[i] === files[i]!.path) place(i)
  for (const i of order) if (wanted[i] !== files[i]!.path) place(i)
  return planned
}
