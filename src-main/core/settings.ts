/** What the user can choose for a job. The one schema behind the command line, the window and the stored jobs. */
import { z } from 'zod'
import { channelName } from './channels.js'

/** How visible the change may be at each strength: mean ꟻLIP of a picture, 0–1, at 67 pixels a degree. */
export const STRENGTHS = { subtle: 0.05, balanced: 0.1, strong: 0.16 } as const
export const RESOLUTIONS = [32, 64, 128, 224] as const

/** How the noise is learnt; what sets them apart is in core/protect/recipe.ts. */
export const METHODS = ['pue', 'pue-b', 'emn'] as const

export const settingsSchema = z.strictObject({
  strength: z.enum(['subtle', 'balanced', 'strong']).default('balanced'),
  /** How visible the change may be, mean ꟻLIP, 0–1; null: what the strength says. */
  visibility: z.number().min(0.02).max(0.4).nullable().default(null),
  /** 'default': sub-folders are classes, a flat folder is grouped by look. `csv`: absolute path of a path,label file. */
  labels: z
    .union([z.enum(['default', 'folders', 'auto']), z.strictObject({ csv: z.string().min(1) })])
    .default('default'),
  resolution: z.union(RESOLUTIONS.map((r) => z.literal(r))).default(64),
  surrogate: z.enum(['compact', 'vgg', 'resnet18']).default('compact'),
  method: z.enum(METHODS).default('pue'),
  engine: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto'),
  /** Worker processes; null: one a core. */
  workers: z.int().min(1).max(256).nullable().default(null),
  certify: z.boolean().default(true),
  draws: z.int().min(1).max(100_000).default(1000),
  /** Classifiers trained from scratch for the run-level bound, on the protected files and on the originals; 0: none. */
  runs: z.union([z.literal(0), z.literal(22), z.literal(29), z.literal(44)]).default(22),
  q: z.number().gt(0).lt(1).default(0.9),
  /** Scale of the weight noise of the draws, as a share of each layer's weights; null: 0.1. */
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

/** Whether light and dark change as well, and the noise is learnt through what takes colour away. */
export const usesBrightness = ({ strength }: Pick<Settings, 'strength'>): boolean => strength === 'strong'

/** Mean ꟻLIP, 0–1, to which each picture of a job is brought. */
export function visibilityOf({ visibility, strength }: Pick<Settings, 'strength' | 'visibility'>): number {
  return visibility ?? STRENGTHS[strength]
}
