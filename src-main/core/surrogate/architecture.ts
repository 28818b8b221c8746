/** The nets that stand in for an attacker's classifier: residual (He et al. 2016, the CIFAR form) and VGG-like. */

export type ArchitectureName = 'compact' | 'resnet18' | 'vgg'

export interface Architecture {
  readonly name: ArchitectureName
  /** Convolutions of stride 2 in front of the net proper; each halves the resolution. */
  readonly stems: number
  readonly kind: 'residual' | 'plain'
  /** Per stage, the basic blocks (residual) or convolutions (plain); every stage after the first sees half the side. */
  readonly depths: readonly number[]
  /** Per stage, the channels; the first also of the stems. Multiples of 16 suit the blocked layout of the CPU. */
  readonly widths: readonly number[]
}

const ARCHITECTURES: Readonly<Record<ArchitectureName, Omit<Architecture, 'stems'>>> = {
  compact: { name: 'compact', kind: 'residual', depths: [1, 1, 1, 1], widths: [16, 32, 64, 128] },
  resnet18: { name: 'resnet18', kind: 'residual', depths: [2, 2, 2, 2], widths: [64, 128, 256, 512] },
  vgg: { name: 'vgg', kind: 'plain', depths: [2, 2, 2], widths: [16, 48, 96] },
}

/** Largest side, in pixels, that the net proper sees. */
const PROPER_SIDE = 32

/** The architecture for pictures of resolution×resolution pixels: stems halve them until no side exceeds 32. */
export function architectureFor(name: ArchitectureName, resolution: number): Architecture {
  return { ...ARCHITECTURES[name], stems: Math.max(0, Math.ceil(Math.log2(resolution / PROPER_SIDE))) }
}

/** One convolution followed by batch normalisation: the unit that every part of the net is made of. */
export interface ConvSpec {
  readonly name: string
  readonly inChannels: number
  readonly outChannels: number
  readonly kernel: 1 | 3
  readonly stride: 1 | 2
}

/** relu(norm(conv2(relu(norm(conv1 x)))) + shortcut x); no projection means the identity. */
export interface BlockSpec {
  readonly kind: 'block'
  readonly conv1: ConvSpec
  readonly conv2: ConvSpec
  readonly projection: ConvSpec | undefined
}

/** relu(norm(conv x)), a residual block, or the maximum of each 2×2 pixels. */
export type Unit = { readonly kind: 'conv'; readonly conv: ConvSpec } | BlockSpec | { readonly kind: 'pool' }

export interface NetworkSpec {
  /** In the order of evaluation. */
  readonly units: readonly Unit[]
  /** Channels that reach the linear head after global average pooling. */
  readonly features: number
}

/** Spells an architecture out, unit by unit. */
export function network({ stems, kind, depths, widths }: Architecture): NetworkSpec {
  const units: Unit[] = []
  let channels = 3
  const conv = (name: string, outChannels: number, kernel: 1 | 3 = 3, stride: 1 | 2 = 1): ConvSpec => ({
    name,
    inChannels: channels,
    outChannels,
    kernel,
    stride,
  })
  const append = (spec: ConvSpec): void => {
    units.push({ kind: 'conv', conv: spec })
    channels = spec.outChannels
  }
  for (let index = 1; index <= stems; index++) append(conv(`stem${index}`, widths[0]!, 3, 2))
  if (kind === 'residual') append(conv('stem', widths[0]!))
  depths.forEach((count, stage) => {
    const out = widths[stage]!
    if (kind === 'plain' && stage > 0) units.push({ kind: 'pool' })
    for (let index = 1; index <= count; index++) {
      if (kind === 'plain') {
        append(conv(`stage${stage + 1}.conv${index}`, out))
        continue
      }
      const stride = index === 1 && stage > 0 ? 2 : 1
      const name = `stage${stage + 1}.block${index}`
      const conv1 = conv(`${name}.conv1`, out, 3, stride)
      const projection = stride === 1 && channels === out ? undefined : conv(`${name}.projection`, out, 1, stride)
      channels = out
      units.push({ kind: 'block', conv1, conv2: conv(`${name}.conv2`, out), projection })
    }
  })
  return { units, features: channels }
}

/** Convolutions of a unit in the order of evaluation: of a block conv1, conv2, projection. */
export function unitConvolutions(unit: Unit): ConvSpec[] {
  if (unit.kind === 'pool') return []
  if (unit.kind === 'conv') return [unit.conv]
  return [unit.conv1, unit.conv2, ...(unit.projection ? [unit.projection] : [])]
}

/** Every convolution of the net in the order of evaluation. */
export function convolutions(net: NetworkSpec): ConvSpec[] {
  return net.units.flatMap(unitConvolutions)
}

/** Runs x through the units, with an engine's own layer and pooling. */
export function evaluateUnits<T>(
  net: NetworkSpec,
  x: T,
  layer: (x: T, spec: ConvSpec, relu: boolean, residual?: T) => T,
  pool: (x: T) => T,
): T {
  return net.units.reduce((value, unit) => {
    if (unit.kind === 'pool') return pool(value)
    if (unit.kind === 'conv') return layer(value, unit.conv, true)
    const inner = layer(value, unit.conv1, true)
    const shortcut = unit.projection ? layer(value, unit.projection, false) : value
    return layer(inner, unit.conv2, true, shortcut)
  }, x)
}

export interface TensorSlot {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
}

function slots(entries: readonly (readonly [string, readonly number[]])[]): TensorSlot[] {
  let offset = 0
  return entries.map(([name, shape]) => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    const slot = { name, shape, offset, size }
    offset += size
    return slot
  })
}

/** Where each trainable tensor lies in the flat parameter array: per convolution weight, gain, bias; then the head. */
export function parameterLayout(architecture: Architecture, classes: number): TensorSlot[] {
  const net = network(architecture)
  return slots([
    ...convolutions(net).flatMap((c): [string, number[]][] => [
      [`${c.name}.weight`, [c.outChannels, c.inChannels, c.kernel, c.kernel]],
      [`${c.name}.gain`, [c.outChannels]],
      [`${c.name}.bias`, [c.outChannels]],
    ]),
    ['head.weight', [classes, net.features]],
    ['head.bias', [classes]],
  ])
}

/** Where each running statistic lies in the flat statistics array: per convolution mean, variance. */
export function statisticsLayout(architecture: Architecture): TensorSlot[] {
  return slots(
    convolutions(network(architecture)).flatMap((c): [string, number[]][] => [
      [`${c.name}.mean`, [c.outChannels]],
      [`${c.name}.variance`, [c.outChannels]],
    ]),
  )
}

/** Number of floats that a layout describes. */
export function layoutSize(layout: readonly TensorSlot[]): number {
  const last = layout.at(-1)
  return last ? last.offset + last.size : 0
}
