/**
 * Publishing channels: how pictures are exported for a place, and what that place makes of them. The figures stand in
 * channels.json, each with its source and the day on which it was looked up.
 */
import { z } from 'zod'
import presets from './channels.json' with { type: 'json' }

/** A name as it is typed, of a shipped channel or one of the user's own. */
export const channelName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)

const side = z.int().min(16).max(65_535)
const subsampling = z.enum(['4:4:4', '4:2:0'])
const quality = z.int().min(1).max(100)
const metadata = z.enum(['keep', 'rights', 'none'])

/** What is uploaded: made smaller to fit into the box, never larger, before the noise is laid over it. */
const exported = {
  /** Of the picture as displayed, pixels; null: any. */
  maxWidth: side.nullable(),
  maxHeight: side.nullable(),
  /** Largest file, bytes; null: any. Lossy files are written with a lower quality until they fit. */
  maxBytes: z.int().min(10_000).max(1e12).nullable(),
  format: z.enum(['keep', 'png', 'jpeg', 'webp', 'tiff', 'avif']),
  /** Of lossy formats; null: the format's default. */
  quality: quality.nullable(),
  /** Of JPEG and AVIF. */
  chromaSubsampling: subsampling,
  /** srgb: converted to 8-bit sRGB, written without a profile; keep: values and profile stay. */
  colourSpace: z.enum(['srgb', 'keep']),
  metadata,
}

/** What viewers, and whoever collects pictures, get from the place: the uploaded file, made smaller and encoded again. */
const served = {
  maxWidth: side.nullable(),
  maxHeight: side.nullable(),
  format: z.enum(['jpeg', 'webp']),
  quality,
  chromaSubsampling: subsampling,
  colourSpace: z.literal('srgb'),
  metadata,
}

/** A channel as jobs and certificates know it. `served` null: the place serves the uploaded file as it is. */
export const channelSchema = z.strictObject({
  name: channelName,
  title: z.string().min(1).max(100),
  exported: z.strictObject(exported),
  served: z.strictObject(served).nullable(),
})
export type Channel = z.infer<typeof channelSchema>
export type Exported = Channel['exported']
export type Served = NonNullable<Channel['served']>

/** A value with the page that says so, or the reason why it was assumed. */
const figure = <T extends z.ZodType>(value: T) =>
  z
    .strictObject({
      value,
      source: z.union([z.literal('assumed'), z.url({ protocol: /^https$/ })]),
      /** When the source was looked at. */
      date: z.iso.date(),
      note: z.string().min(1).max(500).optional(),
    })
    .refine(({ source, note }) => source !== 'assumed' || note !== undefined, {
      message: 'an assumed figure needs a note that says why',
    })

const figures = <S extends Record<string, z.ZodType>>(shape: S) =>
  z.strictObject(
    Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, figure(value)])) as {
      [K in keyof S]: ReturnType<typeof figure<S[K]>>
    },
  )

const fileSchema = z.record(
  channelName,
  z.strictObject({
    title: channelSchema.shape.title,
    exported: figures(exported),
    served: z.union([figures(served), figure(z.null())]),
  }),
)

type Figures<T> = { [K in keyof T]: { value: T[K] } }
const valuesOf = <T extends object>(sourced: Figures<T>): T =>
  Object.fromEntries(Object.entries<{ value: unknown }>(sourced).map(([name, { value }]) => [name, value])) as T

/** The channels of a file like channels.json, in its order. @throws ZodError when it does not have that form. */
export function parseChannels(json: unknown): Channel[] {
  return Object.entries(fileSchema.parse(json)).map(([name, { title, exported, served }]) =>
    channelSchema.parse({
      name,
      title,
      exported: valuesOf(exported as Figures<Exported>),
      served: 'value' in served ? null : valuesOf(served as Figures<Served>),
    }),
  )
}

/** The channels that come with Fixative. */
export const CHANNELS: readonly Channel[] = parseChannels(presets)

const box = ({ maxWidth, maxHeight }: Pick<Exported, 'maxWidth' | 'maxHeight'>): string =>
  maxWidth === null && maxHeight === null
    ? 'at their own size'
    : `at most ${maxWidth ?? 'any'} × ${maxHeight ?? 'any'} pixels`

const coded = ({
  format,
  quality,
  chromaSubsampling,
}: Pick<Served, 'quality' | 'chromaSubsampling'> & { format: string }): string =>
  `${format.toUpperCase()} of quality ${quality}, colours ${chromaSubsampling}`

/** What is written for a channel, in one sentence. */
export function exportSentence({ exported }: Channel): string {
  const { format, quality, chromaSubsampling, maxBytes, colourSpace } = exported
  const kind =
    format === 'keep'
      ? 'in their own format'
      : quality === null
        ? `as ${format.toUpperCase()}`
        : `as ${coded({ format, quality, chromaSubsampling })}`
  const limit = maxBytes === null ? '' : `, at most ${(maxBytes / 1e6).toLocaleString('en')} MB`
  return `Files ${box(exported)}, ${kind}${limit}${colourSpace === 'srgb' ? ', in sRGB' : ''}.`
}

/** What the place makes of it, in one sentence. */
export function servedSentence({ served }: Channel): string {
  if (served === null) return 'Served as they are.'
  const bare = served.metadata === 'none' ? ', without metadata' : ''
  return `Served ${box(served)}, as ${coded(served)}, in sRGB${bare}.`
}
