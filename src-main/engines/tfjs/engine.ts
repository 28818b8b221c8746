/** The surrogate's programs over TensorFlow.js, whichever of its packages is given. */
import type * as core from '@tensorflow/tfjs-core'
import {
  type TensorSlot,
  convolutions,
  layoutSize,
  network,
  parameterLayout,
  statisticsLayout,
} from '../../core/surrogate/architecture.js'
import { lossAndCorrect, onehotOf } from '../../core/surrogate/loss.js'
import type { Batch, ProgramSpec, SurrogateProgram, SurrogateState, Training, TrainStep } from '../engine.js'
import { foldedLayout, folder } from '../onnx/layout.js'
import { GRADIENT_NORM, MOMENTUM, STATISTICS_KEEP, WEIGHT_DECAY } from '../optimiser.js'
import { type Moments, type Tf, type Weights, frozenLayer, logitsOf, summedLoss, trainingLayer } from './network.js'

type Model = Pick<SurrogateState, 'parameters' | 'statistics'>

/** One tensor for each slot of a flat vector. */
function split(tf: Tf, flat: Float32Array, layout: readonly TensorSlot[]): core.Tensor[] {
  return layout.map(({ shape, offset, size }) => tf.tensor(flat.slice(offset, offset + size), [...shape]))
}

/** The flat vector again. */
function join(parts: readonly core.Tensor[], layout: readonly TensorSlot[]): Float32Array {
  const flat = new Float32Array(layoutSize(layout))
  layout.forEach(({ offset }, i) => flat.set(parts[i]!.dataSync(), offset))
  return flat
}

function named(parts: readonly core.Tensor[], layout: readonly TensorSlot[]): Weights {
  return new Map(layout.map(({ name }, i) => [name, parts[i]!]))
}

export class TfjsProgram implements SurrogateProgram {
  readonly #fold
  readonly #folded
  readonly #net

  constructor(
    private readonly tf: Tf,
    private readonly spec: ProgramSpec,
  ) {
    this.#net = network(spec.architecture)
    this.#fold = folder(spec, 1)
    this.#folded = foldedLayout(spec)
  }

  train(from: SurrogateState): TfjsTraining {
    return new TfjsTraining(this.tf, this.spec, from)
  }

  async imageGradient(model: Model, batch: Batch): Promise<{ gradient: Float32Array; loss: number }> {
    const { tf } = this
    return tf.tidy(() => {
      const weights = this.#weights(model)
      const onehot = onehotTensor(tf, batch, this.spec)
      const loss = (images: core.Tensor4D) => {
        const logits = logitsOf(tf, this.#net, images, weights, frozenLayer(tf, weights))
        return summedLoss(tf, logits, onehot)
      }
      const { value, grad } = tf.valueAndGrad(loss)(imageTensor(tf, batch, this.spec))
      return {
        gradient: tf.transpose(grad, [0, 3, 1, 2]).dataSync() as Float32Array,
        loss: value.dataSync()[0]!,
      }
    })
  }

  async correct(model: Model, batches: Iterable<Batch>): Promise<number> {
    const { tf, spec } = this
    return tf.tidy(() => {
      const weights = this.#weights(model)
      const layer = frozenLayer(tf, weights)
      let correct = 0
      for (const batch of batches) {
        const logits = tf.tidy(
          () => logitsOf(tf, this.#net, imageTensor(tf, batch, spec), weights, layer).dataSync() as Float32Array,
        )
        correct += lossAndCorrect(logits, batch.labels, spec.classes).correct
      }
      return correct
    })
  }

  async dispose(): Promise<void> {
    // Nothing is kept between calls.
  }

  #weights({ parameters, statistics }: Model): Weights {
    return named(split(this.tf, this.#fold(parameters, statistics), this.#folded), this.#folded)
  }
}

/** N×S×S×3. */
function imageTensor(tf: Tf, { images }: Batch, { resolution }: ProgramSpec): core.Tensor4D {
  return tf.transpose(
    tf.tensor4d(images, [images.length / (3 * resolution ** 2), 3, resolution, resolution]),
    [0, 2, 3, 1],
  )
}

function onehotTensor(tf: Tf, { labels }: Batch, { classes }: ProgramSpec): core.Tensor2D {
  return tf.tensor2d(onehotOf(labels, classes), [labels.length, classes])
}

/** A type, not an interface: only a type is a container in TensorFlow.js's eyes. */
type Tensors = {
  readonly parameters: core.Tensor[]
  readonly velocity: core.Tensor[]
  /** Mean and variance of each normalisation in turn. */
  readonly statistics: core.Tensor[]
}

class TfjsTraining implements Training {
  readonly #layout: TensorSlot[]
  readonly #statisticsLayout: TensorSlot[]
  #state: Tensors

  constructor(
    private readonly tf: Tf,
    private readonly spec: ProgramSpec,
    from: SurrogateState,
  ) {
    this.#layout = parameterLayout(spec.architecture, spec.classes)
    this.#statisticsLayout = statisticsLayout(spec.architecture)
    this.#state = {
      parameters: split(tf, from.parameters, this.#layout),
      velocity: split(tf, from.velocity, this.#layout),
      statistics: split(tf, from.statistics, this.#statisticsLayout),
    }
  }

  async step(step: TrainStep): Promise<{ loss: number; correct: number }> {
    const { tf, spec } = this
    const before = this.#state
    const { next, logits } = tf.tidy(() => {
      const { gradients, moments, logits } = this.#gradients(step)
      const updates = this.#descend(gradients, step.learningRate)
      const next: Tensors = { ...updates, statistics: this.#averaged(moments) }
      for (const tensor of Object.values(next).flat()) tf.keep(tensor)
      return { next, logits: logits.dataSync() as Float32Array }
    })
    this.#state = next
    tf.dispose({ ...before })
    return lossAndCorrect(logits, step.batch.labels, spec.classes)
  }

  /** The gradient of the mean loss by every parameter, before clipping and decay; for tests. */
  async gradient(step: TrainStep): Promise<Float32Array> {
    return this.tf.tidy(() => join(this.#gradients(step).gradients, this.#layout))
  }

  async state(): Promise<SurrogateState> {
    const { parameters, velocity, statistics } = this.#state
    return {
      parameters: join(parameters, this.#layout),
      velocity: join(velocity, this.#layout),
      statistics: join(statistics, this.#statisticsLayout),
    }
  }

  dispose(): void {
    this.tf.dispose({ ...this.#state })
  }

  #gradients({ batch, perturbation }: TrainStep) {
    const { tf, spec } = this
    const noise = perturbation && split(tf, perturbation, this.#layout)
    const perturbed = this.#state.parameters.map((value, i) => (noise ? tf.add(value, noise[i]!) : tf.clone(value)))
    const onehot = onehotTensor(tf, batch, spec)
    const images = imageTensor(tf, batch, spec)
    const net = network(spec.architecture)
    const moments: Moments = new Map()
    let logits: core.Tensor2D | undefined
    const loss = (...parts: core.Tensor[]) => {
      const weights = named(parts, this.#layout)
      const out = logitsOf(tf, net, images, weights, trainingLayer(tf, weights, moments))
      // What the gradient's own scope computes ends with it, but for what is kept.
      for (const { mean, variance } of moments.values()) [mean, variance].forEach((value) => tf.keep(value))
      logits = tf.keep(out)
      return tf.div<core.Scalar>(summedLoss(tf, out, onehot), batch.labels.length)
    }
    const { grads } = tf.valueAndGrads(loss)(perturbed)
    // Kept tensors are outside every scope: copies take their place in this one.
    const moved = <T extends core.Tensor>(kept: T): T => {
      const copy = tf.clone(kept)
      kept.dispose()
      return copy
    }
    for (const [name, { mean, variance, count }] of moments)
      moments.set(name, { mean: moved(mean), variance: moved(variance), count })
    return { gradients: grads, moments, logits: moved(logits!) }
  }

  /** SGD with momentum; the gradient's norm is clipped, and the decay comes after it. */
  #descend(gradients: readonly core.Tensor[], rate: number): Pick<Tensors, 'parameters' | 'velocity'> {
    const { tf } = this
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)))
    const norm = tf.sqrt(tf.addN(squares))
    const factor = tf.minimum(tf.div(GRADIENT_NORM, tf.add(norm, 1e-6)), 1)
    const velocity = gradients.map((gradient, i) => {
      const decayed = tf.add(tf.mul(gradient, factor), tf.mul(this.#state.parameters[i]!, WEIGHT_DECAY))
      return tf.add(tf.mul(this.#state.velocity[i]!, MOMENTUM), decayed)
    })
    const parameters = this.#state.parameters.map((value, i) => tf.sub(value, tf.mul(velocity[i]!, rate)))
    return { parameters, velocity }
  }

  /** The running statistics moved towards those of the batch; the variance as an unbiased estimate. */
  #averaged(moments: Moments): core.Tensor[] {
    const { tf } = this
    const fresh = convolutions(network(this.spec.architecture)).flatMap(({ name }) => {
      const { mean, variance, count } = moments.get(name)!
      return [mean, tf.mul(variance, count / (count - 1))]
    })
    return this.#state.statistics.map((old, i) =>
      tf.add(tf.mul(old, STATISTICS_KEEP), tf.mul(fresh[i]!, 1 - STATISTICS_KEEP)),
    )
  }
}
