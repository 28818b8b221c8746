import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Settings } from '../core/settings.js'
import { privateFolder, writeAtomically } from '../storage/folders.js'

const FOLDER = 'labels'

/** Writes the labels that the window shows as a `path,label` file of the data folder, and answers its path. */
export async function writeLabels(
  dataFolder: string,
  labels: readonly { readonly path: string; readonly label: string }[],
): Promise<string> {
  const folder = await privateFolder(join(dataFolder, FOLDER))
  const file = join(folder, `${randomUUID()}.csv`)
  const lines = labels.map(({ path, label }) => `${quoted(path)},${quoted(label)}\n`)
  await writeAtomically(file, `path,label\n${lines.join('')}`)
  return file
}

/** Removes the labels file of a job, if it has one of this app's own. */
export async function removeLabels(dataFolder: string, { labels }: Pick<Settings, 'labels'>): Promise<void> {
  if (typeof labels === 'object' && dirname(labels.csv) === join(dataFolder, FOLDER))
    await rm(labels.csv, { force: true })
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
