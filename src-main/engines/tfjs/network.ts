/** The surrogate in the operators of TensorFlow.js, channels last; the gradients are TensorFlow.js's own. */
import type * as core from '@tensorflow/tfjs-core'
import { type ConvSpec, type NetworkSpec, evaluateUnits } from '../../core/surrogate/architecture.js'
import { NORM_EPSILON } from '../onnx/layout.js'

/** The part of TensorFlow.js that is used; every package of it offers the same. */
export type Tf = typeof core
export type Weights = ReadonlyMap<string, core.Tensor>

/** Mean and variance (population) of each normalisation, by the name of its convolution. */
export type Moments = Map<string, { mean: core.Tensor; variance: core.Tensor; count: number }>

/** Does convolution, normalisation, residual sum and activation of one layer. */
type Layer = (x: core.Tensor4D, spec: ConvSpec, relu: boolean, residual?: core.Tensor4D) => core.Tensor4D

/** Padded beforehand: the gradients of TensorFlow's own padding with a number are not there on every backend. */
function convolve(tf: Tf, x: core.Tensor4D, weight: core.Tensor, { kernel, stride }: ConvSpec): core.Tensor4D {
  const filter = tf.transpose(weight, [2, 3, 1, 0]) as core.Tensor4D
  const border: [number, number] = kernel === 3 ? [1, 1] : [0, 0]
  const padded = kernel === 3 ? tf.pad(x, [[0, 0], border, border, [0, 0]]) : x
  return tf.conv2d(padded, filter, stride, 'valid')
}

function activate(tf: Tf, y: core.Tensor4D, relu: boolean, residual?: core.Tensor4D): core.Tensor4D {
  const sum = residual ? tf.add(y, residual) : y
  return (relu ? tf.relu(sum) : sum) as core.Tensor4D
}

/** Layers with the statistics of the batch (Ioffe & Szegedy 2015), which are noted in `moments`. */
export function trainingLayer(tf: Tf, weights: Weights, moments: Moments): Layer {
  return (x, spec, relu, residual) => {
    const part = (name: string) => weights.get(`${spec.name}.${name}`)!
    const y = convolve(tf, x, part('weight'), spec)
    const mean = tf.mean(y, [0, 1, 2])
    const centred = tf.sub(y, mean)
    const variance = tf.mean(tf.square(centred), [0, 1, 2])
    moments.set(spec.name, { mean, variance, count: y.shape[0] * y.shape[1] * y.shape[2] })
    const scale = tf.mul(part('gain'), tf.rsqrt(tf.add(variance, NORM_EPSILON)))
    return activate(tf, tf.add(tf.mul(centred, scale), part('bias')), relu, residual)
  }
}

/** Layers with frozen normalisation, folded into weight and bias. */
export function frozenLayer(tf: Tf, weights: Weights): Layer {
  return (x, spec, relu, residual) => {
    const y = convolve(tf, x, weights.get(`${spec.name}.weight`)!, spec)
    return activate(tf, tf.add(y, weights.get(`${spec.name}.bias`)!), relu, residual)
  }
}

/** @param images N×S×S×3. @returns logits N×K. */
export function logitsOf(
  tf: Tf,
  net: NetworkSpec,
  images: core.Tensor4D,
  weights: Weights,
  layer: Layer,
): core.Tensor2D {
  // Where values are equal, the first in reading order passes the gradient, as in onnx/max-pool.ts.
  const x = evaluateUnits(net, images, layer, (y) => tf.maxPool(y, 2, 2, 'valid'))
  const features = tf.mean<core.Tensor2D>(x, [1, 2])
  const head = weights.get('head.weight') as core.Tensor2D
  return tf.add(tf.matMul(features, head, false, true), weights.get('head.bias')!)
}

/** Σ over the batch of the cross-entropy. */
export function summedLoss(tf: Tf, logits: core.Tensor2D, onehot: core.Tensor2D): core.Scalar {
  return tf.neg(tf.sum(tf.mul(onehot, tf.logSoftmax(logits))))
}
