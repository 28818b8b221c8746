/** What the surfaces show of the settings: made of the schema and of the words beside it, and of nothing else. */
import type { z } from 'zod'
import { DEFAULT_SETTINGS, type Settings, type SettingWords, settingWords, settingsSchema } from './settings.js'

export type SettingName = keyof Settings

interface Shown extends SettingWords {
  readonly name: SettingName
  /** What holds unless something else is chosen; null: what `none` says. */
  readonly standard: Settings[SettingName]
}

/** One of some values; in the order in which they are offered. */
export interface ChoiceField extends Shown {
  readonly kind: 'choice'
  readonly values: readonly (string | number)[]
}

export interface NumberField extends Shown {
  readonly kind: 'number'
  /** The least and the largest number that is allowed. */
  readonly min: number
  readonly max: number
  readonly step: number
}

export interface SwitchField extends Shown {
  readonly kind: 'switch'
}

/** What has a form of its own. */
export interface TextField extends Shown {
  readonly kind: 'text'
}

export type SettingField = ChoiceField | NumberField | SwitchField | TextField

/** Every setting, in the order of the schema. @throws Error for one without words, or with a step that it needs */
export const SETTING_FIELDS: readonly SettingField[] = (Object.keys(settingsSchema.shape) as SettingName[]).map(fieldOf)

/** @throws Error for a setting that has no number */
export function numberField(name: SettingName): NumberField {
  const field = settingField(name)
  if (field.kind !== 'number') throw new Error(`"${name}" is no number`)
  return field
}

export function settingField(name: SettingName): SettingField {
  return SETTING_FIELDS.find((field) => field.name === name)!
}

function fieldOf(name: SettingName): SettingField {
  const schema = settingsSchema.shape[name]
  const words = settingWords.get(schema)
  if (!words) throw new Error(`the setting "${name}" has no words`)
  if (DEFAULT_SETTINGS[name] === null && words.none === undefined) throw new Error(`what is no "${name}"?`)
  const shown = { ...words, name, standard: DEFAULT_SETTINGS[name] }
  const inner = bare(schema)
  switch (inner.def.type) {
    case 'boolean':
      return { ...shown, kind: 'switch' }
    case 'enum':
      return { ...shown, kind: 'choice', values: (inner as z.ZodEnum).options }
    case 'number':
      return { ...shown, kind: 'number', ...rangeOf(inner as z.ZodNumber, words.step) }
    case 'union': {
      const options = (inner as z.ZodUnion<readonly z.ZodType[]>).options
      const values = options.flatMap((option) =>
        option.def.type === 'literal' ? [...(option as z.ZodLiteral).values] : [],
      )
      if (values.length < options.length) return { ...shown, kind: 'text' }
      return { ...shown, kind: 'choice', values: values as number[] }
    }
    default:
      return { ...shown, kind: 'text' }
  }
}

/** Without its default, and without null. */
function bare(schema: z.ZodType): z.ZodType {
  const { type } = schema.def
  return type === 'default' || type === 'nullable' ? bare((schema as z.ZodDefault<z.ZodType>).unwrap()) : schema
}

/** A bound that is itself refused is a step away from what is allowed. */
function rangeOf(schema: z.ZodNumber, step = 1): Pick<NumberField, 'min' | 'max' | 'step'> {
  const { minValue, maxValue } = schema
  if (minValue === null || maxValue === null) throw new Error('a number needs a least and a largest value')
  const allowed = (bound: number, inwards: number): number =>
    schema.safeParse(bound).success ? bound : Number((bound + inwards).toFixed(9))
  return { min: allowed(minValue, step), max: allowed(maxValue, -step), step }
}
