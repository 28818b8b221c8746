/** How pictures are written: what the settings and the channel come to, decided here and nowhere else. */
import type { Channel, Exported, Served } from './channels.js'
import type { Settings } from './settings.js'

export interface ExportOptions extends Omit<Exported, 'chromaSubsampling'> {
  /** Null: the format's own. */
  readonly chromaSubsampling: Exported['chromaSubsampling'] | null
  /** What the place makes of the file; null: nothing. */
  readonly served: Served | null
}

/** A channel decides everything; without one the settings do, and pictures keep their size. */
export function exportOptions(
  { format, quality, metadata }: Pick<Settings, 'format' | 'quality' | 'metadata'>,
  channel: Channel | null,
): ExportOptions {
  if (channel) return { ...channel.exported, served: channel.served }
  return {
    format,
    quality,
    metadata,
    maxWidth: null,
    maxHeight: null,
    maxBytes: null,
    chromaSubsampling: null,
    colourSpace: 'keep',
    served: null,
  }
}
