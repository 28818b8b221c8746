/**
 * What the user can choose for a job: one schema behind the command line, the window, and stored jobs. Each setting has
 * its words beside it; setting-fields.ts makes of both what the surfaces show.
 */
import { ENGINES } from './engine-names.js'
import { z } from 'zod'
import { RUNS_CONFIDENCE } from './certify/runs.js'
import { CHANNELS, channelName } from './channels.js'
import { visibilityWords } from './visibility/sentence.js'

/** What a person reads of a setting. */
export interface SettingWords {
  /** Beside its control in the window. */
  readonly label: string
  /** What it does, as `--help` says it. */
  readonly help: string
  /** What stands for a value in `--help`; default: its choices, or N. */
  readonly argument?: string
  /** What the choices are called in the window. */
  readonly choices?: Readonly<Record<string, string>>
  /** Between neighbouring numbers. */
  readonly step?: number
  /** What null means; needed where the schema allows it. */
  readonly none?: string
  /** Where the window has its control: among the advanced ones, at a place of its own, or nowhere. */
  readonly window: 'advanced' | 'own' | 'nowhere'
  /** It says nothing unless the job certifies. */
  readonly ofCertificate?: true
  /** A channel decides it, where one is chosen. */
  readonly ofChannel?: true
}

/** The words of each setting's schema. */
export const settingWords = z.registry<SettingWords>()

/** How visible the change may be at each strength: mean ꟻLIP of pictures with texture, 0–1, at 67 pixels a degree. */
export const STRENGTHS = { subtle: 0.05, balanced: 0.1, strong: 0.16 } as const
type Strength = keyof typeof STRENGTHS
export const STRENGTH_NAMES = Object.keys(STRENGTHS) as Strength[]

/** What is seen of each strength, and what it is for. */
export const STRENGTH_WORDS: Readonly<Record<Strength, string>> = {
  subtle: 'not to be found without the original beside it, but protects least',
  balanced: 'a faint blue and yellow grain for those who look for it, right for most collections',
  strong: 'a grain that shows in textures, in light and dark too, so that some of it lasts in grey copies',
}

const eachStrength = (words: (name: Strength) => string, between: string): string =>
  STRENGTH_NAMES.map(words).join(between)

/** How the noise is learnt; what sets them apart is in core/protect/recipe.ts. */
export const METHODS = ['pue', 'pue-b', 'emn'] as const

const RESOLUTIONS = [32, 64, 128, 224] as const
/** Classifiers trained for the run-level bound; 0: none. */
const RUNS = [0, 22, 29, 44] as const

/** A name for each of some choices. */
const named = <T extends number>(choices: readonly T[], name: (choice: T) => string): Record<string, string> =>
  Object.fromEntries(choices.map((choice) => [choice, name(choice)]))
const runsName = (runs: (typeof RUNS)[number]): string =>
  runs === 0 ? 'None' : `${runs}, for ${Math.round(100 * RUNS_CONFIDENCE[runs])} % confidence`

export const settingsSchema = z.strictObject({
  strength: z
    .enum(STRENGTH_NAMES)
    .default('balanced')
    .register(settingWords, {
      label: 'Strength',
      help: `how visible the change may be. ${eachStrength(
        (name) => `${name}: ${STRENGTH_WORDS[name]} (${visibilityWords(STRENGTHS[name])})`,
        '; ',
      )}`,
      choices: { subtle: 'Subtle', balanced: 'Balanced', strong: 'Strong' },
      window: 'own',
    }),
  visibility: z
    .number()
    .min(0.02)
    .max(0.4)
    .nullable()
    .default(null)
    .register(settingWords, {
      label: 'How visible',
      help: `how visible the change may be in numbers: mean ꟻLIP, 0.02–0.4 (${eachStrength(
        (name) => `${name} ${STRENGTHS[name]}`,
        ', ',
      )})`,
      step: 0.01,
      none: 'as the strength says',
      window: 'own',
    }),
  /** 'default': sub-folders are classes, a flat folder is grouped by look. `csv`: absolute path of a path,label file. */
  labels: z
    .union([z.enum(['default', 'folders', 'auto']), z.strictObject({ csv: z.string().min(1) })])
    .default('default')
    .register(settingWords, {
      label: 'Classes',
      help: 'what the classes are: sub-folders, groups by look, or a file of path,label',
      argument: 'folders|auto|FILE.csv',
      window: 'own',
    }),
  resolution: z
    .union(RESOLUTIONS.map((side) => z.literal(side)))
    .default(64)
    .register(settingWords, {
      label: 'Working resolution',
      help: 'working resolution in pixels',
      choices: named(RESOLUTIONS, (side) => `${side} × ${side}`),
      window: 'advanced',
    }),
  surrogate: z.enum(['compact', 'vgg', 'resnet18']).default('compact').register(settingWords, {
    label: 'Surrogate',
    help: 'the classifier that stands in for an attacker',
    window: 'nowhere',
  }),
  method: z.enum(METHODS).default('pue').register(settingWords, {
    label: 'Method',
    help: 'how the change is learnt; pue-b and emn are for comparison',
    window: 'nowhere',
  }),
  engine: z
    .enum(['auto', ...ENGINES])
    .default('auto')
    .register(settingWords, {
      label: 'Device',
      help: 'what computes; auto takes the fastest (see `fixative devices`)',
      window: 'own',
    }),
  workers: z.int().min(1).max(256).nullable().default(null).register(settingWords, {
    label: 'Worker processes',
    help: 'worker processes',
    none: 'one a core',
    window: 'own',
  }),
  certify: z.boolean().default(true).register(settingWords, {
    label: 'Measure the protection and certify it',
    help: 'write the protected pictures only',
    window: 'advanced',
  }),
  draws: z.int().min(1).max(100_000).default(1000).register(settingWords, {
    label: 'Draws',
    help: 'weight-noise draws of the certificate',
    window: 'advanced',
    ofCertificate: true,
  }),
  runs: z
    .union(RUNS.map((runs) => z.literal(runs)))
    .default(22)
    .register(settingWords, {
      label: 'Classifiers trained to measure it, on the protected files and on the originals',
      help: 'classifiers that the certificate trains from scratch, on the protected files and on the originals; 0: none',
      choices: named(RUNS, runsName),
      window: 'advanced',
      ofCertificate: true,
    }),
  q: z.number().gt(0).lt(1).default(0.9).register(settingWords, {
    label: 'Quantile q',
    help: 'share of the nearby classifiers that the certificate speaks of, between 0 and 1',
    argument: 'Q',
    step: 0.01,
    window: 'advanced',
    ofCertificate: true,
  }),
  sigma: z.number().gt(0).max(10).nullable().default(null).register(settingWords, {
    label: 'Scale of the weight noise',
    help: 'scale of the weight noise, as a share of each layer’s weights',
    argument: 'S',
    step: 0.01,
    none: '0.1',
    window: 'nowhere',
    ofCertificate: true,
  }),
  confidence: z.number().gt(0.5).lt(1).default(0.99).register(settingWords, {
    label: 'Confidence',
    help: 'confidence of the certificate, between 0.5 and 1',
    argument: 'C',
    step: 0.01,
    window: 'nowhere',
    ofCertificate: true,
  }),
  format: z
    .enum(['keep', 'png', 'jpeg', 'webp', 'tiff', 'avif'])
    .default('keep')
    .register(settingWords, {
      label: 'File format',
      help: 'format of the protected pictures',
      choices: {
        keep: 'As the original',
        png: 'PNG (lossless)',
        jpeg: 'JPEG',
        webp: 'WebP',
        tiff: 'TIFF (lossless)',
        avif: 'AVIF',
      },
      window: 'advanced',
      ofChannel: true,
    }),
  /** What of a picture's metadata its copy carries; small pictures of the original in it never survive. */
  metadata: z
    .enum(['keep', 'rights', 'none'])
    .default('keep')
    .register(settingWords, {
      label: 'Metadata of the copies',
      help: 'what of the metadata the protected pictures carry',
      choices: { keep: 'Keep all', rights: 'Rights and creator only', none: 'None' },
      window: 'advanced',
      ofChannel: true,
    }),
  /** In the XMP (IPTC/PLUS) of the copies, or also, JPEG and PNG, in a C2PA manifest. */
  reserve: z
    .enum(['none', 'xmp', 'c2pa'])
    .default('none')
    .register(settingWords, {
      label: 'Say that data mining is not allowed (a reservation, not a protection)',
      help: 'say in XMP, or also in a C2PA manifest (JPEG, PNG), that data mining is not allowed; a reservation, not a protection',
      choices: { none: 'No', xmp: 'In the metadata', c2pa: 'In the metadata, and JPEG and PNG in a C2PA manifest' },
      window: 'advanced',
    }),
  quality: z.int().min(1).max(100).nullable().default(null).register(settingWords, {
    label: 'Quality (1–100)',
    help: 'encoder quality of lossy formats, 1–100',
    none: '95 for JPEG',
    window: 'advanced',
    ofChannel: true,
  }),
  /** Where the copies are published. */
  channel: channelName
    .nullable()
    .default(null)
    .register(settingWords, {
      label: 'Where it is published',
      help:
        `make the copies ready to be published on ${CHANNELS.map(({ name }) => name).join(', ')}, or a channel of your own ` +
        '(docs/channels.md), and certify what it serves; size, format, quality and metadata are then the channel’s',
      argument: 'NAME',
      none: 'anywhere: original size and format',
      window: 'own',
    }),
  /** null: drawn from the system's random source, as it should be. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().default(null).register(settingWords, {
    label: 'Seed',
    help: 'repeat a job exactly; weakens the secret, for tests only',
    none: 'drawn at random',
    window: 'nowhere',
  }),
})

export type Settings = z.infer<typeof settingsSchema>
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({})

/** Whether light and dark change as well, and the noise is learnt through what takes colour away. */
export const usesBrightness = ({ strength }: Pick<Settings, 'strength'>): boolean => strength === 'strong'

/** Mean ꟻLIP, 0–1, that a job wants of pictures that hide it (visibility/target.ts). */
export function visibilityOf({ visibility, strength }: Pick<Settings, 'strength' | 'visibility'>): number {
  return visibility ?? STRENGTHS[strength]
}
