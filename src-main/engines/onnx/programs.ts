/** Spells the programs of the engine interface out as ONNX models: the training step, the image gradient, evaluation. */
import {
  type ConvSpec,
  type NetworkSpec,
  type TensorSlot,
  convolutions,
  evaluateUnits,
  layoutSize,
  network,
  parameterLayout,
  statisticsLayout,
} from '../../core/surrogate/architecture.js'
import type { ProgramSpec } from '../engine.js'
import { GRADIENT_NORM, MOMENTUM, STATISTICS_KEEP, WEIGHT_DECAY } from '../optimiser.js'
import { convolution, frozenConvolution } from './convolution.js'
import { averagePool, crossEntropyGradient, linear } from './head.js'
import { foldedLayout } from './layout.js'
import { maxPool } from './max-pool.js'
import { ModelBuilder } from './model.js'
import { normalisation } from './normalisation.js'
import { type Emitter, Tape, type Value } from './tape.js'

export interface Target {
  readonly block: number
  readonly device: Emitter['device']
}

function emitter(model: ModelBuilder, target: Target): Emitter {
  return { model, ...target, inverseBatch: model.input('inverse_batch', []) }
}

/** Cuts the tensors of a layout out of one flat vector. */
function unpack(model: ModelBuilder, flat: string, layout: readonly TensorSlot[]): Map<string, Value> {
  return new Map(
    layout.map(({ name, shape, offset, size }) => {
      const part = model.op('Slice', [flat, model.ints(offset), model.ints(offset + size), model.ints(0)])
      return [name, { name: shape.length === 1 ? part : model.reshape(part, ...shape), shape }]
    }),
  )
}

/** The net with frozen normalisation folded into its convolutions. */
function foldedNet(tape: Tape, net: NetworkSpec, images: Value, weights: Map<string, Value>): Value {
  const conv = (x: Value, spec: ConvSpec, relu: boolean, residual?: Value): Value => {
    const parts = [weights.get(`${spec.name}.weight`)!, weights.get(`${spec.name}.bias`)!]
    return tape.record(frozenConvolution, [x, ...parts, ...(residual ? [residual] : [])], { conv: spec, relu })
  }
  return classify(tape, evaluateUnits(net, images, conv, pooling(tape)), weights)
}

const pooling = (tape: Tape) => (x: Value) => tape.record(maxPool, [x], null)

function classify(tape: Tape, x: Value, weights: Map<string, Value>): Value {
  const features = tape.record(averagePool, [x], null)
  return tape.record(linear, [features, weights.get('head.weight')!, weights.get('head.bias')!], null)
}

/** Inputs: images, weights (folded). Output: logits. */
export function evaluationModel(spec: ProgramSpec, target: Target): Uint8Array {
  const model = new ModelBuilder()
  const { images, weights } = foldedInputs(model, spec)
  const tape = new Tape({ model, ...target, inverseBatch: '' })
  const logits = foldedNet(tape, network(spec.architecture), images, weights)
  model.output('logits', logits.name, ['N', spec.classes])
  return model.bytes()
}

/** Inputs: images, weights (folded), onehot. Outputs: logits, and the gradient of the summed loss by the images. */
export function imageGradientModel(spec: ProgramSpec, target: Target): Uint8Array {
  const model = new ModelBuilder()
  const { images, weights } = foldedInputs(model, spec)
  const onehot = model.input('onehot', ['N', spec.classes])
  const tape = new Tape({ model, ...target, inverseBatch: '' })
  const logits = foldedNet(tape, network(spec.architecture), tape.want(images), weights)
  tape.backward(logits, crossEntropyGradient(tape.emit, logits.name, onehot))
  model.output('logits', logits.name, ['N', spec.classes])
  model.output('gradient', tape.gradient(images), ['N', 3, spec.resolution, spec.resolution])
  return model.bytes()
}

function foldedInputs(model: ModelBuilder, spec: ProgramSpec): { images: Value; weights: Map<string, Value> } {
  const images = imageInput(model, spec)
  const layout = foldedLayout(spec)
  const flat = model.input('weights', [layoutSize(layout)])
  return { images, weights: unpack(model, flat, layout) }
}

function imageInput(model: ModelBuilder, { resolution }: ProgramSpec): Value {
  const shape = [3, resolution, resolution]
  return { name: model.input('images', ['N', ...shape]), shape }
}

/**
 * One step of SGD as one model. Inputs: images, onehot, inverse_batch, learning_rate; parameters, perturbation and
 * velocity (packed, see layout.ts), statistics. Outputs: logits, and the three new vectors, and the raw gradient.
 */
export function trainingModel(spec: ProgramSpec, target: Target): Uint8Array {
  const model = new ModelBuilder()
  const op = (type: string, ...inputs: string[]) => model.op(type, inputs)
  const emit = emitter(model, target)
  const layout = parameterLayout(spec.architecture, spec.classes)
  const size = layoutSize(layout)
  const images = imageInput(model, spec)
  const onehot = model.input('onehot', ['N', spec.classes])
  const learningRate = model.input('learning_rate', [])
  const parameters = model.input('parameters', [size])
  const perturbation = model.input('perturbation', [size])
  const velocity = model.input('velocity', [size])

  const tape = new Tape(emit)
  const weights = unpack(model, op('Add', parameters, perturbation), layout)
  for (const weight of weights.values()) tape.want(weight)
  const moments: string[] = []
  const logits = trainingNet(tape, network(spec.architecture), images, weights, moments)
  const logitGradient = crossEntropyGradient(emit, logits.name, onehot)
  tape.backward(logits, op('Mul', logitGradient, emit.inverseBatch))

  const flat = layout.map(({ name, shape }) => {
    const gradient = tape.gradient(weights.get(name)!)
    return shape.length === 1 ? gradient : model.reshape(gradient, -1)
  })
  const gradient = model.op('Concat', flat, { axis: 0 })
  const norm = op('Sqrt', model.op('ReduceSum', [op('Mul', gradient, gradient), model.ints(0)], { keepdims: 1 }))
  const limit = op('Div', model.floats([GRADIENT_NORM]), op('Add', norm, model.floats([1e-6])))
  const clipped = op('Mul', gradient, op('Min', limit, model.floats([1])))
  const decayed = op('Add', clipped, op('Mul', parameters, model.floats([WEIGHT_DECAY])))
  const nextVelocity = op('Add', op('Mul', velocity, model.floats([MOMENTUM])), decayed)
  const nextParameters = op('Sub', parameters, op('Mul', nextVelocity, learningRate))

  const statisticsSize = layoutSize(statisticsLayout(spec.architecture))
  const statistics = model.input('statistics', [statisticsSize])
  const fresh = op('Mul', model.op('Concat', moments, { axis: 0 }), model.floats([1 - STATISTICS_KEEP]))
  model.output('logits', logits.name, ['N', spec.classes])
  model.output('gradient', gradient, [size])
  model.output('next_velocity', nextVelocity, [size])
  model.output('next_parameters', nextParameters, [size])
  const kept = op('Mul', statistics, model.floats([STATISTICS_KEEP]))
  model.output('next_statistics', op('Add', kept, fresh), [statisticsSize])
  return model.bytes()
}

/** Copies the state of a training out of the memory of a device: where they are, its tensors cannot be read. */
export function readingModel(spec: ProgramSpec): Uint8Array {
  const model = new ModelBuilder()
  const parameters = layoutSize(parameterLayout(spec.architecture, spec.classes))
  const sizes = { parameters, velocity: parameters, statistics: layoutSize(statisticsLayout(spec.architecture)) }
  for (const [name, size] of Object.entries(sizes)) model.output(`read_${name}`, model.input(name, [size]), [size])
  return model.bytes()
}

/** The net with batch statistics; pushes each normalisation's mean and unbiased variance onto `moments`. */
function trainingNet(
  tape: Tape,
  net: NetworkSpec,
  images: Value,
  weights: Map<string, Value>,
  moments: string[],
): Value {
  const found = new Map<string, readonly [string, string]>()
  const layer = (x: Value, spec: ConvSpec, relu: boolean, residual?: Value): Value => {
    const part = (name: string) => weights.get(`${spec.name}.${name}`)!
    const y = tape.record(convolution, [x, part('weight')], spec)
    const inputs = [y, part('gain'), part('bias'), ...(residual ? [residual] : [])]
    return tape.record(observed(spec, found), inputs, { relu })
  }
  const x = evaluateUnits(net, images, layer, pooling(tape))
  for (const spec of convolutions(net)) moments.push(...found.get(spec.name)!)
  return classify(tape, x, weights)
}

/** The normalisation rule, noting the batch statistics that its forward pass computed for `spec`. */
function observed(spec: ConvSpec, found: Map<string, readonly [string, string]>): typeof normalisation {
  return {
    ...normalisation,
    forward: (emit, inputs, options) => {
      const result = normalisation.forward(emit, inputs, options)
      const { model, inverseBatch } = emit
      const share = model.op('Mul', [inverseBatch, model.floats([1 / (inputs[0]!.shape[1]! * inputs[0]!.shape[2]!)])])
      const unbias = model.op('Reciprocal', [model.op('Sub', [model.floats([1]), share])])
      found.set(spec.name, [result.saved.mean, model.op('Mul', [result.saved.variance, unbias])])
      return result
    },
  }
}
