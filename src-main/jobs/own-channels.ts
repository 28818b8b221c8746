/** The channels that can be chosen: those that come with Fixative, and the user's own. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CHANNELS, type Channel, parseChannels } from '../core/channels.js'
import { FixativeError } from '../core/errors.js'

/** In the data folder, in the form of core/channels.json. Adds channels, or replaces those of the same name. */
const CHANNELS_FILE = 'channels.json'

/** @throws FixativeError `channels-invalid` for a file that cannot be understood. */
export async function readChannels(dataFolder: string): Promise<Channel[]> {
  const path = join(dataFolder, CHANNELS_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [...CHANNELS]
    throw invalid(path, error)
  }
  try {
    const channels = new Map([...CHANNELS, ...parseChannels(JSON.parse(text))].map((each) => [each.name, each]))
    return [...channels.values()]
  } catch (error) {
    throw invalid(path, error)
  }
}

function invalid(path: string, error: unknown): FixativeError {
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined
  const why = issue
    ? `${issue.path.join('.')}: ${issue.message}`
    : error instanceof Error
      ? error.message
      : String(error)
  const hint = 'Correct the file, or remove it to use the channels that come with Fixative.'
  return new FixativeError('channels-invalid', `The channels in "${path}" cannot be used: ${why}.`, hint, {
    cause: error,
  })
}

/** @throws FixativeError `unknown-channel`, and as `readChannels`. */
export async function findChannel(dataFolder: string, name: string): Promise<Channel> {
  const channels = await readChannels(dataFolder)
  const found = channels.find((each) => each.name === name)
  if (found) return found
  const names = channels.map((each) => each.name).join(', ')
  throw new FixativeError('unknown-channel', `There is no channel "${name}".`, `The channels are ${names}.`)
}
