/** The residual nets that stand in for an attacker's classifier (He et al. 2016, the CIFAR form). */

export type ArchitectureName = 'compact' | 'resnet18'

export interface Architecture {
  readonly name: ArchitectureName
  /** Basic blocks per stage; every stage after the first halves the resolution and doubles the channels. */
  readonly blocks: readonly number[]
  /** Channels of the stem and of the first stage. */
  readonly width: number
}

export const ARCHITECTURES: Readonly<Record<ArchitectureName, Architecture>> = {
  compact: { name: 'compact', blocks: [1, 1, 1, 1], width: 16 },
  resnet18: { name: 'resnet18', blocks: [2, 2, 2, 2], width: 64 },
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
  readonly conv1: ConvSpec
  readonly conv2: ConvSpec
  readonly projection: ConvSpec | undefined
}

export interface NetworkSpec {
  readonly stem: ConvSpec
  readonly blocks: readonly BlockSpec[]
  /** Channels that reach the linear head after global average pooling. */
  readonly features: number
}

/** Spells an architecture out, layer by layer, in the order of evaluation. */
export function network(architecture: Architecture): NetworkSpec {
  const { blocks, width } = architecture
  const specs: BlockSpec[] = []
  let channels = width
  blocks.forEach((count, stage) => {
    for (let index = 0; index < count; index++) {
      const out = width * 2 ** stage
      const stride = index === 0 && stage > 0 ? 2 : 1
      const name = `stage${stage + 1}.block${index + 1}`
      const conv = (part: string, inChannels: number, kernel: 1 | 3, step: 1 | 2): ConvSpec => ({
        name: `${name}.${part}`,
        inChannels,
        outChannels: out,
        kernel,
        stride: step,
      })
      specs.push({
        conv1: conv('conv1', channels, 3, stride),
        conv2: conv('conv2', out, 3, 1),
        projection: stride === 1 && channels === out ? undefined : conv('projection', channels, 1, stride),
      })
      channels = out
    }
  })
  const stem: ConvSpec = { name: 'stem', inChannels: 3, outChannels: width, kernel: 3, stride: 1 }
  return { stem, blocks: specs, features: channels }
}

/** Every convolution of the net in the order of evaluation: stem, then conv1, conv2, projection of each block. */
export function convolutions(net: NetworkSpec): ConvSpec[] {
  return [net.stem, ...net.blocks.flatMap((b) => [b.conv1, b.conv2, ...(b.projection ? [b.projection] : [])])]
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
