/** What the user can choose for a job. The one schema behind the command line, the window and the stored jobs. */
import { z } from 'zod'
import { channelName } from './channels.js'

/** ε of each strength, in 0–255. */
export const STRENGTHS = { subtle: 4, balanced: 8, strong: 16 } as const
export const RESOLUTIONS = [32, 64, 96, 128] as const

/** How the noise is learnt; what sets them apart is in core/protect/recipe.ts. */
export const METHODS = ['pue', 'pue-b', 'pue-grey', 'pue-eot', 'emn'] as const

export const MASKINGS = ['jnd', 'none'] as const

export const settingsSchema = z.strictObject({
  strength: z.enum(['subtle', 'balanced', 'strong']).default('balanced'),
  /** Largest change of a channel, 0–255; null: what the strength says. */
  epsilon: z.number().min(1).max(64).nullable().default(null),
  /** 'default': sub-folders are classes, a flat folder is grouped by look. `csv`: absolute path of a path,label file. */
  labels: z
    .union([z.enum(['default', 'folders', 'auto']), z.strictObject({ csv: z.string().min(1) })])
    .default('default'),
  /** 'jnd': places where the eye would see the change get less of it (core/protect/amplitude.ts); 'none': all of it. */
  masking: z.enum(MASKINGS).default('none'),
  /** SSIM that every written file has at least; a picture that all of the change would take lower gets less. null: any. */
  minSsim: z.number().min(0.5).max(0.999).nullable().default(null),
  resolution: z.union(RESOLUTIONS.map((r) => z.literal(r))).default(32),
  surrogate: z.enum(['compact', 'resnet18']).default('compact'),
  method: z.enum(METHODS).default('pue'),
  engine: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto'),
  /** Worker processes; null: one a core. */
  workers: z.int().min(1).max(256).nullable().default(null),
  certify: z.boolean().default(true),
  draws: z.int().min(1).max(100_000).default(1000),
  q: z.number().gt(0).lt(1).default(0.9),
  /** Scale of the weight noise; null: the default of the surrogate. */
  sigma: z.number().gt(0).max(10).nullable().default(null),
  confidence: z.number().gt(0.5).lt(1).default(0.99),
  format: z.enum(['keep', 'png', 'jpeg', 'webp', 'tiff', 'avif']).default('keep'),
  /** Encoder quality of lossy formats, 1–100; null: the format's default (JPEG 95). */
  quality: z.int().min(1).max(100).nullable().default(null),
  /** What of a picture's metadata its copy carries; small pictures of the original in it never survive. */
  metadata: z.enum(['keep', 'rights', 'none']).default('keep'),
  /** Whether the copies forbid data mining: in their XMP (IPTC/PLUS), or also, JPEG and PNG, in a C2PA manifest. */
  reserve: z.enum(['none', 'xmp', 'c2pa']).default('none'),
  /** Where the copies are published: size, format, quality and metadata are then the channel's. null: nowhere special. */
  channel: channelName.nullable().default(null),
  /** null: drawn from the system's random source, as it should be. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().default(null),
})

export type Settings = z.infer<typeof settingsSchema>
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({})

/** ε in 0–255 that a job will use. */
export function epsilonOf(settings: Pick<Settings, 'strength' | 'epsilon'>): number {
  return settings.epsilon ?? STRENGTHS[settings.strength]
}
