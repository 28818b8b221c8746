/** The gradient of a convolution's weight: as one convolution for a CPU, as matrix products for a GPU. */
import type { ConvSpec } from '../../core/surrogate/architecture.js'
import { inputBlock } from './layout.js'
import type { Emitter, Value } from './tape.js'

/** dw[o,i,kh,kw] = Σ_{n,h,w} dy[n,o,h,w]·x[n,i,sh+kh−p,sw+kw−p], flat, in the emitter's layout. */
export function weightGradient(emit: Emitter, conv: ConvSpec, x: Value, dy: string): string {
  return emit.device === 'gpu' ? asProducts(emit, conv, x, dy) : asConvolution(emit, conv, x, dy)
}

/** Pixels that one matrix product sums over, at least: fewer make more partial results than work. */
const PIXELS = 1024
/** Images that one product takes at most; the training batch must be a multiple of what it takes. */
export const IMAGES_PER_PRODUCT = 16

/**
 * One product of dy (O×pixels) with x moved by the tap (pixels×I) for each tap of the kernel. Each product takes the
 * pixels of a few images only, so that there are enough of them to fill a GPU; the sums over the batch come last.
 */
function asProducts({ model }: Emitter, conv: ConvSpec, x: Value, dy: string): string {
  const { inChannels, outChannels, kernel, stride } = conv
  const [, height, width] = x.shape as [number, number, number]
  const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const pixels = outHeight * outWidth
  // A power of two, so that it divides the batch whatever the side.
  const images = Math.min(IMAGES_PER_PRODUCT, 2 ** Math.max(0, Math.floor(Math.log2(PIXELS / pixels))))

  const grouped = model.reshape(dy, -1, images, outChannels, pixels)
  const channelRows = model.op('Transpose', [grouped], { perm: [0, 2, 1, 3] })
  const left = model.reshape(channelRows, -1, outChannels, images * pixels)

  // Channels innermost: then what a tap sees is a slice, without a transpose of its own.
  let source = model.op('Transpose', [x.name], { perm: [0, 2, 3, 1] })
  if (kernel === 3) source = model.op('Pad', [source, model.ints(0, 1, 1, 0, 0, 1, 1, 0)])
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => {
    const [row, column] = [Math.floor(tap / kernel), tap % kernel]
    const seen = model.op('Slice', [
      source,
      model.ints(row, column),
      model.ints(row + stride * (outHeight - 1) + 1, column + stride * (outWidth - 1) + 1),
      model.ints(1, 2),
      model.ints(stride, stride),
    ])
    return model.op('MatMul', [left, model.reshape(seen, -1, images * pixels, inChannels)])
  })
  const products = taps.length > 1 ? model.op('Concat', taps, { axis: 2 }) : taps[0]!
  const summed = model.op('ReduceSum', [products, model.ints(0)], { keepdims: 0 })
  const split = model.reshape(summed, outChannels, kernel * kernel, inChannels)
  return model.reshape(model.op('Transpose', [split], { perm: [0, 2, 1] }), -1)
}

/** Takes every second row and column, starting with the first. */
function subsample(emit: Emitter, x: Value, block: number): Value {
  const [channels, height, width] = x.shape as [number, number, number]
  const { model } = emit
  const split = model.reshape(x.name, 0, channels / block, height, width, block)
  const picked = model.op('Slice', [
    split,
    model.ints(0, 0),
    model.ints(height, width),
    model.ints(2, 3),
    model.ints(2, 2),
  ])
  const shape = [channels, Math.ceil(height / 2), Math.ceil(width / 2)]
  return { name: model.reshape(picked, 0, ...shape), shape }
}

/**
 * A convolution whose batch is the input channel, whose channels are the batch, and whose kernel is dy. The batch must
 * be a multiple of the block.
 */
function asConvolution(emit: Emitter, conv: ConvSpec, x: Value, dy: string): string {
  const { model, block } = emit
  const { inChannels, outChannels, kernel, stride } = conv
  const inBlock = inputBlock(conv, block)
  const shrink = kernel === 1 && stride === 2
  const source = shrink ? subsample(emit, x, inBlock) : x
  const [, height, width] = source.shape as [number, number, number]
  const outHeight = Math.ceil(x.shape[1]! / stride)
  const outWidth = Math.ceil(x.shape[2]! / stride)
  const dilation = shrink ? 1 : stride

  const xTurned = imagesInnermost(emit, source.name, inChannels / inBlock, height * width, inBlock)
  let xPlanes = model.reshape(xTurned, inChannels, -1, height, width, block)
  const before = kernel === 3 ? 1 : 0
  // What the last tap of the last pixel sees: beyond the edge, unless stride 2 ends on an even side.
  const after = (side: number) => (kernel === 3 && (stride === 1 || side % 2 === 1) ? 1 : 0)
  const [below, right] = [after(height), after(width)]
  if (before) {
    xPlanes = model.op('Pad', [xPlanes, model.ints(0, 0, before, before, 0, 0, 0, below, right, 0)])
  }
  const xImage = model.op('Reshape', [
    xPlanes,
    model.ints(inChannels, -1, height + before + below, width + before + right),
  ])

  const dyBlocks = model.reshape(dy, -1, block, outChannels / block, outHeight * outWidth, block)
  const dyTurned = model.op('Transpose', [dyBlocks], { perm: [2, 0, 3, 1, 4] })
  const dyKernel = model.reshape(dyTurned, outChannels, -1, outHeight, outWidth)

  const attributes = {
    kernel_shape: [outHeight, outWidth],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [dilation, dilation],
    group: 1,
  }
  const product =
    block > 1
      ? model.op('Conv', [xImage, dyKernel], { ...attributes, auto_pad: 'NOTSET' }, 'com.microsoft.nchwc')
      : model.op('Conv', [xImage, dyKernel], attributes)
  const blocks = model.reshape(product, inChannels / inBlock, inBlock, outChannels / block, kernel * kernel, block)
  return model.reshape(model.op('Transpose', [blocks], { perm: [2, 0, 3, 1, 4] }), -1)
}

/**
 * Turns N×(I/i)×P×i into I×(N/b)×P×b. The runtime's own reordering exchanges batch and pixels in registers; what is left
 * for the general transpose then moves whole blocks, several times faster than single values.
 */
function imagesInnermost(emit: Emitter, x: string, groups: number, pixels: number, inBlock: number): string {
  const { model, block } = emit
  if (block === 1) {
    const split = model.reshape(x, -1, groups, pixels, inBlock)
    return model.op('Transpose', [split], { perm: [1, 3, 0, 2] })
  }
  const rows = model.reshape(x, 1, -1, 1, groups * pixels * inBlock)
  const reordered = model.op('ReorderInput', [rows], {}, 'com.microsoft.nchwc')
  const split = model.reshape(reordered, -1, groups, pixels, inBlock, block)
  return model.op('Transpose', [split], { perm: [1, 3, 0, 2, 4] })
}
