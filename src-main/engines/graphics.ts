/** What the system knows of its graphics cards: ONNX Runtime does not name the adapter that it uses. */
import { basename } from 'node:path'
import { graphics } from 'systeminformation'

export interface GraphicsDevice {
  /** "NVIDIA GeForce RTX 4070"; several, joined by "or", where the system has several. */
  readonly name: string
  /** A processor that imitates a graphics card: it computes the same, much more slowly. */
  readonly software: boolean
}

/** Names of drivers and devices that are software. */
const SOFTWARE = /swiftshader|lvp|lavapipe|llvmpipe|software|basic render|virtual|vmware|qxl|cirrus|bochs/i

/** The card that WebGPU uses, as far as can be told. */
export async function graphicsDevice(): Promise<GraphicsDevice> {
  // The loader of Vulkan takes these files instead of the system's drivers.
  const forced = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES']
  const driver = forced ? basename(forced, '.json') : ''
  if (SOFTWARE.test(driver)) return { name: `Software graphics (${driver})`, software: true }
  const names = (await cardNames()).filter((name) => !SOFTWARE.test(name))
  if (names.length > 0) return { name: names.join(' or '), software: false }
  return { name: 'Graphics adapter without a name', software: true }
}

/** Names of all cards, the one with the most memory of its own first; empty where the system does not tell. */
export async function cardNames(): Promise<string[]> {
  const { controllers } = await graphics()
  const own = (card: (typeof controllers)[number]): number => (card.vramDynamic ? 0 : (card.vram ?? 0))
  const named = [...controllers]
    .sort((a, b) => own(b) - own(a))
    .map(({ vendor, name, model }) => {
      const title = (name || model).trim()
      return title === '' || title.toLowerCase().startsWith(vendor.toLowerCase()) ? title : `${vendor} ${title}`.trim()
    })
  return [...new Set(named.filter((name) => name !== ''))]
}
