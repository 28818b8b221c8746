/** The settings of a job as command-line options; ranges and defaults come from the settings schema alone. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { z } from 'zod'
import { CHANNELS } from '../core/channels.js'
import { DEFAULT_SETTINGS, RESOLUTIONS, STRENGTHS, settingsSchema, type Settings } from '../core/settings.js'
import { STRENGTH_WORDS, visibilityWords } from '../core/visibility/sentence.js'
import { wrongUsage } from './exit.js'

type OptionName = Exclude<keyof Settings, 'certify'>

const shape = settingsSchema.shape
/** Choices that are numbers. */
const NUMBERS = { resolution: RESOLUTIONS, runs: shape.runs.unwrap().options.map(({ value }) => value) }

const OPTIONS: readonly (readonly [name: OptionName, argument: string, description: string])[] = [
  [
    'strength',
    choices(shape.strength.unwrap().options),
    `how visible the change may be. ${shape.strength
      .unwrap()
      .options.map((name) => `${name}: ${STRENGTH_WORDS[name]} (${visibilityWords(STRENGTHS[name])})`)
      .join('; ')}`,
  ],
  [
    'visibility',
    'N',
    `how visible the change may be in numbers, instead of what the strength says: mean ꟻLIP, 0.02–0.4 (${Object.entries(
      STRENGTHS,
    )
      .map(([name, flip]) => `${name} ${flip}`)
      .join(', ')})`,
  ],
  ['labels', 'folders|auto|FILE.csv', 'what the classes are: sub-folders, groups by look, or a file of path,label'],
  ['resolution', choices(NUMBERS.resolution), 'working resolution in pixels'],
  ['surrogate', choices(shape.surrogate.unwrap().options), 'the classifier that stands in for an attacker'],
  ['method', choices(shape.method.unwrap().options), 'how the change is learnt; pue-b and emn are for comparison'],
  ['engine', choices(shape.engine.unwrap().options), 'what computes; auto takes the fastest (see `fixative devices`)'],
  ['workers', 'N', 'worker processes (default: one a core)'],
  ['draws', 'N', 'weight-noise draws of the certificate'],
  [
    'runs',
    choices(NUMBERS.runs),
    'classifiers that the certificate trains from scratch, on the protected files and on the originals; 0: none',
  ],
  ['q', 'Q', 'share of the nearby classifiers that the certificate speaks of, between 0 and 1'],
  ['sigma', 'S', 'scale of the weight noise, as a share of each layer’s weights (default: 0.1)'],
  ['confidence', 'C', 'confidence of the certificate, between 0.5 and 1'],
  ['format', choices(shape.format.unwrap().options), 'format of the protected pictures'],
  ['quality', 'N', 'encoder quality of lossy formats, 1–100 (JPEG: 95)'],
  ['metadata', choices(shape.metadata.unwrap().options), 'what of the metadata the protected pictures carry'],
  [
    'reserve',
    choices(shape.reserve.unwrap().options),
    'say in XMP, or also in a C2PA manifest (JPEG, PNG), that data mining is not allowed; a reservation, not a protection',
  ],
  [
    'channel',
    'NAME',
    `make the copies ready to be published on ${CHANNELS.map(({ name }) => name).join(', ')}, or a channel of your own ` +
      '(docs/channels.md), and certify what it serves; size, format, quality and metadata are then the channel’s',
  ],
  ['seed', 'N', 'repeat a job exactly; weakens the secret, for tests only'],
]

const NUMERIC = new Set<OptionName>([
  'visibility',
  'resolution',
  'workers',
  'draws',
  'runs',
  'q',
  'sigma',
  'confidence',
  'quality',
  'seed',
])

function choices(values: readonly (string | number)[]): string {
  return values.join('|')
}

const flag = (name: string): string => `--${name}`

/** Adds every setting to a command. */
export function addSettingsOptions(command: Command): Command {
  for (const [name, argument, description] of OPTIONS) {
    const value = DEFAULT_SETTINGS[name]
    const shown = typeof value === 'number' || (typeof value === 'string' && value !== 'default')
    command.addOption(new Option(`${flag(name)} <${argument}>`, `${description}${shown ? ` (default: ${value})` : ''}`))
  }
  return command.option('--no-certify', 'write the protected pictures only')
}

/** A number as a person types it. Hexadecimal, infinity and digits with separators are refused: they are slips. */
function parseNumber(name: string, text: string): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    throw wrongUsage(
      `${flag(name)} needs a number, not "${text}".`,
      'Write it with digits and a point, for example 8 or 0.5.',
    )
  }
  return Number(text)
}

function parseLabels(text: string): Settings['labels'] {
  if (text === 'folders' || text === 'auto') return text
  if (!/\.csv$/i.test(text)) {
    throw wrongUsage(
      `--labels must be folders, auto or a .csv file, not "${text}".`,
      'A label file has one line "path,label" for each picture, and a name that ends in .csv.',
    )
  }
  const file = resolve(text)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw wrongUsage(`The label file "${file}" does not exist.`, 'Check the path after --labels.')
  }
  return { csv: file }
}

/** What a channel decides. */
const OF_CHANNEL = ['format', 'quality', 'metadata'] as const

/** A refusal of the schema in one sentence about the option. */
function explain(issue: z.core.$ZodIssue): string {
  const option = flag(String(issue.path[0] ?? ''))
  switch (issue.code) {
    case 'too_small':
      return `${option} must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`
    case 'too_big':
      return `${option} must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`
    case 'invalid_union':
      return `${option} must be one of ${NUMBERS[issue.path[0] as keyof typeof NUMBERS].join(', ')}.`
    case 'invalid_value':
      return `${option} must be one of ${issue.values.map(String).join(', ')}.`
    case 'invalid_type':
      return `${option} must be a whole number.`
    case 'invalid_format':
      return `${option} is a name of small letters, digits and dashes.`
    default:
      return `${option} does not take this value.`
  }
}

/**
 * The settings that the options of a command line mean.
 * @throws FixativeError `wrong-usage` for a value outside the schema.
 */
export function settingsFrom(options: Readonly<Record<string, string | boolean | undefined>>): Settings {
  const given: Record<string, unknown> = { certify: options['certify'] !== false }
  for (const [name] of OPTIONS) {
    const text = options[name]
    if (typeof text !== 'string') continue
    given[name] = name === 'labels' ? parseLabels(text) : NUMERIC.has(name) ? parseNumber(name, text) : text
  }
  const decided = 'channel' in given ? OF_CHANNEL.find((name) => name in given) : undefined
  if (decided !== undefined) {
    throw wrongUsage(
      `--${decided} is decided by --channel.`,
      'Leave one of the two out, or make a channel of your own.',
    )
  }
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success) {
    throw wrongUsage(explain(parsed.error.issues[0]!), 'See `fixative protect --help`.')
  }
  return parsed.data
}
