/** Convolution and the gradient of its input, as convolutions again, in blocked or plain layout (see layout.ts). */
import type { ConvSpec } from '../../core/surrogate/architecture.js'
import { inputBlock } from './layout.js'
import type { Emitter, Rule, Value } from './tape.js'
import { weightGradient } from './weight-gradient.js'

export interface ConvOptions {
  readonly kernel: readonly [number, number]
  readonly stride?: number
  readonly pads?: readonly [number, number, number, number]
  readonly groups?: number
  readonly bias?: string | undefined
  /** Added to the result before the activation; the runtime may overwrite it. */
  readonly residual?: string | undefined
  readonly relu?: boolean
}

/** y = act(x ⋆ w + bias + residual), tensors in the emitter's layout. */
export function convolve(emit: Emitter, x: string, w: string, options: ConvOptions): string {
  const { model, block } = emit
  const { kernel, stride = 1, pads = [0, 0, 0, 0], groups = 1, bias, residual, relu = false } = options
  const attributes = { kernel_shape: kernel, strides: [stride, stride], pads, dilations: [1, 1], group: groups }
  if (block > 1) {
    const inputs = [x, w, bias ?? '', residual ?? '']
    while (inputs.at(-1) === '') inputs.pop()
    const activation = relu ? { activation: 'Relu' } : {}
    return model.op('Conv', inputs, { ...attributes, auto_pad: 'NOTSET', ...activation }, 'com.microsoft.nchwc')
  }
  let y = model.op('Conv', bias === undefined ? [x, w] : [x, w, bias], attributes)
  if (residual !== undefined) y = model.op('Add', [y, residual])
  return relu ? model.op('Relu', [y]) : y
}

function padding(kernel: number): [number, number, number, number] {
  return kernel === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0]
}

function forward(emit: Emitter, conv: ConvSpec, x: Value, w: string, rest: Partial<ConvOptions> = {}): Value {
  const { kernel, stride, outChannels } = conv
  const name = convolve(emit, x.name, w, { kernel: [kernel, kernel], stride, pads: padding(kernel), ...rest })
  return { name, shape: [outChannels, Math.ceil(x.shape[1]! / stride), Math.ceil(x.shape[2]! / stride)] }
}

/** Splits a weight into its blocks: (O/b)×(I/b)×k×k×b×b. */
function weightBlocks(emit: Emitter, conv: ConvSpec, w: string): string {
  const { outChannels, inChannels, kernel } = conv
  const inBlock = inputBlock(conv, emit.block)
  return emit.model.reshape(w, outChannels / emit.block, inChannels / inBlock, kernel, kernel, inBlock, emit.block)
}

/** Gradient of the input of a stride-1 convolution: dy convolved with the flipped, transposed weight. */
function inputGradientDense(emit: Emitter, conv: ConvSpec, w: string, dy: string, accumulated?: string): string {
  const { model } = emit
  const { inChannels, outChannels, kernel } = conv
  let blocks = weightBlocks(emit, conv, w)
  if (kernel === 3) {
    const flip = model.ints(2, 1, 0)
    blocks = model.op('Gather', [model.op('Gather', [blocks, flip], { axis: 2 }), flip], { axis: 3 })
  }
  const turned = model.op('Transpose', [blocks], { perm: [1, 0, 2, 3, 5, 4] })
  const weight = model.reshape(turned, inChannels, outChannels, kernel, kernel)
  return convolve(emit, dy, weight, { kernel: [kernel, kernel], pads: padding(kernel), residual: accumulated })
}

/**
 * Gradient of the input of a 3×3 convolution of stride 2. Even rows of the input meet only the kernel's middle row, odd
 * ones the outer two, so the four parities are four 2×2 convolutions of dy, done as one with four times the channels.
 */
function inputGradientStrided(
  emit: Emitter,
  conv: ConvSpec,
  x: Value,
  w: string,
  dy: string,
  accumulated?: string,
): string {
  const { model, block } = emit
  const { inChannels, outChannels } = conv
  const [, height, width] = x.shape as [number, number, number]
  const outBlocks = outChannels / block
  const inBlocks = inChannels / block
  // Row 3 is the zero row: for parity 0 the taps at offsets 0 and +1 are rows 1 and none, for parity 1 rows 2 and 0.
  const padded = model.op('Pad', [weightBlocks(emit, conv, w), model.ints(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0)])
  const pick = model.ints(1, 3, 2, 0)
  const taps = model.op('Gather', [model.op('Gather', [padded, pick], { axis: 2 }), pick], { axis: 3 })
  const parities = model.reshape(taps, outBlocks, inBlocks, 2, 2, 2, 2, block * block)
  const ordered = model.op('Transpose', [parities], { perm: [2, 4, 1, 0, 3, 5, 6] })
  const squares = model.reshape(ordered, 4 * inBlocks * outBlocks * 4, block, block)
  const turned = model.op('Transpose', [squares], { perm: [0, 2, 1] })
  const weight = model.reshape(turned, 4 * inChannels, outChannels, 2, 2)
  const phases = convolve(emit, dy, weight, { kernel: [2, 2], pads: [0, 0, 1, 1] })
  const grid = model.reshape(phases, 0, 2, 2, inBlocks, Math.ceil(height / 2), Math.ceil(width / 2), block)
  const woven = model.op('Transpose', [grid], { perm: [0, 3, 4, 1, 5, 2, 6] })
  const gradient = cropped(emit, woven, x)
  return accumulated === undefined ? gradient : model.op('Add', [gradient, accumulated])
}

/** Views rows and columns that came in pairs as x, whose last row and column may lack the other of their pair. */
function cropped({ model, block }: Emitter, paired: string, x: Value): string {
  const [channels, height, width] = x.shape as [number, number, number]
  const [rows, columns] = [2 * Math.ceil(height / 2), 2 * Math.ceil(width / 2)]
  if (rows === height && columns === width) return model.reshape(paired, -1, channels, height, width)
  const whole = model.reshape(paired, -1, rows, columns, block)
  const part = model.op('Slice', [whole, model.ints(0, 0), model.ints(height, width), model.ints(1, 2)])
  return model.reshape(part, -1, channels, height, width)
}

/** Gradient of the input of a 1×1 convolution of stride 2: zero but at every second row and column. */
function inputGradientSparse(
  emit: Emitter,
  conv: ConvSpec,
  x: Value,
  w: string,
  dy: string,
  accumulated?: string,
): string {
  const { model, block } = emit
  const { inChannels } = conv
  const [, height, width] = x.shape as [number, number, number]
  const dense = inputGradientDense(emit, conv, w, dy)
  const cells = model.reshape(dense, 0, inChannels / block, Math.ceil(height / 2), 1, Math.ceil(width / 2), block)
  // One inserted column beside each column, then one inserted row below each row; the block is one run of memory.
  const spread = model.op('Pad', [cells, model.ints(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, block)])
  const gradient = cropped(emit, spread, x)
  return accumulated === undefined ? gradient : model.op('Add', [gradient, accumulated])
}

/** As `inputGradientStrided` with respect to the picture: the channels are the colours of the four parities. */
function imageGradientStrided(emit: Emitter, conv: ConvSpec, x: Value, w: string, dy: string): string {
  const { model, block } = emit
  const { inChannels, outChannels } = conv
  const [, height, width] = x.shape as [number, number, number]
  const used = 4 * inChannels
  const wide = Math.ceil(used / block) * block
  const blocks = model.reshape(w, outChannels / block, inChannels, 3, 3, block)
  const padded = model.op('Pad', [blocks, model.ints(0, 0, 0, 0, 0, 0, 0, 1, 1, 0)])
  const pick = model.ints(1, 3, 2, 0)
  const taps = model.op('Gather', [model.op('Gather', [padded, pick], { axis: 2 }), pick], { axis: 3 })
  const parities = model.reshape(taps, outChannels / block, inChannels, 2, 2, 2, 2, block)
  const ordered = model.op('Transpose', [parities], { perm: [0, 3, 5, 6, 2, 4, 1] })
  const rows = model.reshape(ordered, 4 * outChannels, used)
  const widened = model.op('Pad', [rows, model.ints(0, 0, 0, wide - used)])
  const split = model.reshape(widened, 4 * outChannels, wide / block, block)
  const weight = model.reshape(model.op('Transpose', [split], { perm: [1, 0, 2] }), wide, outChannels, 2, 2)
  const phases = convolve(emit, dy, weight, { kernel: [2, 2], pads: [0, 0, 1, 1] })
  const pixels = (height / 2) * (width / 2)
  const turned = model.op('Transpose', [model.reshape(phases, -1, wide / block, pixels, block)], { perm: [0, 2, 1, 3] })
  const channels = model.reshape(turned, -1, pixels, wide)
  const colours = model.op('Slice', [channels, model.ints(0), model.ints(used), model.ints(2)])
  const grid = model.reshape(colours, -1, height / 2, width / 2, 2, 2, inChannels)
  const woven = model.op('Transpose', [grid], { perm: [0, 5, 1, 3, 2, 4] })
  return model.reshape(woven, -1, inChannels, height, width)
}

/** Gradient with respect to the picture, back in plain N×3×S×S. */
function imageGradient(emit: Emitter, conv: ConvSpec, x: Value, w: string, dy: string): string {
  const { model, block } = emit
  if (conv.stride === 2) return imageGradientStrided(emit, conv, x, w, dy)
  const { inChannels, outChannels, kernel } = conv
  const [, height, width] = x.shape as [number, number, number]
  const flip = model.ints(2, 1, 0)
  const blocks = model.reshape(w, outChannels / block, inChannels, kernel, kernel, block)
  const flipped = model.op('Gather', [model.op('Gather', [blocks, flip], { axis: 2 }), flip], { axis: 3 })
  const turned = model.op('Transpose', [flipped], { perm: [0, 2, 3, 4, 1] })
  const widened = model.op('Pad', [turned, model.ints(0, 0, 0, 0, 0, 0, 0, 0, 0, block - inChannels)])
  const weight = model.reshape(widened, block, outChannels, kernel, kernel)
  const wide = convolve(emit, dy, weight, { kernel: [kernel, kernel], pads: padding(kernel) })
  const pixels = model.reshape(wide, -1, height * width, block)
  const colours = model.op('Slice', [pixels, model.ints(0), model.ints(inChannels), model.ints(2)])
  return model.reshape(model.op('Transpose', [colours], { perm: [0, 2, 1] }), -1, inChannels, height, width)
}

function inputGradient(emit: Emitter, conv: ConvSpec, x: Value, w: string, dy: string, accumulated?: string): string {
  if (conv.inChannels % emit.block !== 0) return imageGradient(emit, conv, x, w, dy)
  if (conv.stride === 1) return inputGradientDense(emit, conv, w, dy, accumulated)
  return conv.kernel === 3
    ? inputGradientStrided(emit, conv, x, w, dy, accumulated)
    : inputGradientSparse(emit, conv, x, w, dy, accumulated)
}

/** Inputs: x, weight. */
export const convolution: Rule<ConvSpec, null> = {
  forward: (emit, [x, w], conv) => ({ output: forward(emit, conv, x!, w!.name), saved: null }),
  gradient: (emit, { inputs: [x, w], attributes: conv }, dy, wanted, accumulated) => [
    wanted[0] ? inputGradient(emit, conv, x!, w!.name, dy, accumulated[0]) : undefined,
    wanted[1] ? weightGradient(emit, conv, x!, dy) : undefined,
  ],
}

/** Inputs: x, weight, bias and, where there is one, the residual. Weight and bias are frozen: they get no gradient. */
export const frozenConvolution: Rule<{ conv: ConvSpec; relu: boolean }, null> = {
  forward: (emit, [x, w, bias, residual], { conv, relu }) => ({
    output: forward(emit, conv, x!, w!.name, { bias: bias!.name, residual: residual?.name, relu }),
    saved: null,
  }),
  gradient: (emit, { inputs: [x, w, , residual], output, attributes }, dy, wanted, accumulated) => {
    const { model } = emit
    const g = attributes.relu ? maskedBy(emit, dy, output.name) : dy
    const toInput = wanted[0] ? inputGradient(emit, attributes.conv, x!, w!.name, g, accumulated[0]) : undefined
    let toResidual = residual && wanted[3] ? g : undefined
    if (toResidual !== undefined && accumulated[3] !== undefined)
      toResidual = model.op('Add', [toResidual, accumulated[3]])
    return [toInput, undefined, undefined, toResidual]
  },
}

/** dy where the activation let the value through, else 0. */
export function maskedBy(emit: Emitter, dy: string, activated: string): string {
  const zero = emit.model.floats([0])
  return emit.model.op('Where', [emit.model.op('Greater', [activated, zero]), dy, zero])
}
