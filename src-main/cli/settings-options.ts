/** The settings of a job as command-line options; all of it comes from the settings' schema and its words. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { z } from 'zod'
import { SETTING_FIELDS, type SettingField } from '../core/setting-fields.js'
import { settingsSchema, type Settings } from '../core/settings.js'
import { wrongUsage } from './exit.js'

const FIELDS = SETTING_FIELDS.filter(({ kind }) => kind !== 'switch')
/** Switches are on unless they are turned off. */
const SWITCHES = SETTING_FIELDS.filter(({ kind }) => kind === 'switch')
/** What a channel decides. */
const OF_CHANNEL = SETTING_FIELDS.filter(({ ofChannel }) => ofChannel).map(({ name }) => name)

const isNumeric = (field: SettingField): boolean =>
  field.kind === 'number' || (field.kind === 'choice' && field.values.every((value) => typeof value === 'number'))

function argumentOf(field: SettingField): string {
  return field.argument ?? (field.kind === 'choice' ? field.values.join('|') : 'N')
}

/** The default as `--help` shows it; that of the labels is in words that the window has more room for. */
function defaultOf({ name, standard, none }: SettingField): string {
  if (name === 'labels') return ''
  return ` (default: ${standard === null ? none : String(standard)})`
}

const flag = (name: string): string => `--${name}`

/** Adds every setting to a command. */
export function addSettingsOptions(command: Command): Command {
  for (const field of FIELDS) {
    const option = `${flag(field.name)} <${argumentOf(field)}>`
    command.addOption(new Option(option, `${field.help}${defaultOf(field)}`))
  }
  for (const { name, help } of SWITCHES) command.option(`--no-${name}`, help)
  return command
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

function choicesOf(name: PropertyKey | undefined): readonly (string | number)[] {
  const field = SETTING_FIELDS.find((each) => each.name === name)
  return field?.kind === 'choice' ? field.values : []
}

/** A refusal of the schema in one sentence about the option. */
function explain(issue: z.core.$ZodIssue): string {
  const option = flag(String(issue.path[0] ?? ''))
  switch (issue.code) {
    case 'too_small':
      return `${option} must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`
    case 'too_big':
      return `${option} must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`
    case 'invalid_union':
      return `${option} must be one of ${choicesOf(issue.path[0]).join(', ')}.`
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
  const given: Record<string, unknown> = Object.fromEntries(SWITCHES.map(({ name }) => [name, options[name] !== false]))
  for (const field of FIELDS) {
    const { name } = field
    const text = options[name]
    if (typeof text !== 'string') continue
    given[name] = name === 'labels' ? parseLabels(text) : isNumeric(field) ? parseNumber(name, text) : text
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
