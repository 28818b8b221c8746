/** The ONNX Runtime engines: sessions over the models of programs.ts, one set for each surrogate. */
import { cpus } from 'node:os'
import type ort from 'onnxruntime-node'
import { FixativeError } from '../../core/errors.js'
import { convolutions, network } from '../../core/surrogate/architecture.js'
import { lossAndCorrect, onehotOf } from '../../core/surrogate/loss.js'
import type { Batch, Engine, ProgramSpec, SurrogateProgram, SurrogateState, TrainStep } from '../engine.js'
import { graphicsDevice } from '../graphics.js'
import { convolutionBlock } from './block.js'
import { folder, parameterOrder } from './layout.js'
import { ModelBuilder } from './model.js'
import { type Target, evaluationModel, imageGradientModel, readingModel, trainingModel } from './programs.js'
import { type LazySession, type Provider, lazily, openSession, tensor, valuesOf } from './session.js'
import { OnnxTraining } from './training.js'
import { IMAGES_PER_PRODUCT } from './weight-gradient.js'

/** The target of graphs for a GPU: plain layout, and only what the WebGPU provider has. */
export const GPU_TARGET: Target = { block: 1, device: 'gpu' }

/** ONNX Runtime on the CPU. Single-threaded: the pool runs one process a core. */
export async function onnxCpu(): Promise<Engine> {
  const target: Target = { block: await convolutionBlock(), device: 'cpu' }
  const processor = cpus()[0]?.model.trim() ?? 'processor'
  return {
    name: 'onnx-cpu',
    device: `CPU (${processor})`,
    software: false,
    load: (spec) => Promise.resolve(new OnnxProgram(spec, target, 'cpu')),
  }
}

/**
 * ONNX Runtime on a GPU, through WebGPU. One process may have no more than one thread that uses it.
 * @throws FixativeError `no-adapter` when there is none that WebGPU can use.
 */
export async function onnxWebgpu(): Promise<Engine> {
  const probe = new ModelBuilder()
  probe.output('y', probe.op('Relu', [probe.input('x', [1])]), [1])
  try {
    await (await openSession(probe.bytes(), 'webgpu')).release()
  } catch (cause) {
    const message = 'No graphics card that WebGPU can use was found.'
    const hint = 'Update the driver of the graphics card; on Linux its Vulkan driver (mesa-vulkan-drivers) is needed.'
    throw new FixativeError('no-adapter', message, hint, { cause })
  }
  const { name, software } = await graphicsDevice()
  return {
    name: 'onnx-webgpu',
    device: name,
    software,
    load: (spec) => Promise.resolve(new OnnxProgram(spec, GPU_TARGET, 'webgpu')),
  }
}

type Model = Pick<SurrogateState, 'parameters' | 'statistics'>

export class OnnxProgram implements SurrogateProgram {
  readonly #batchUnit: number
  readonly #order: Int32Array
  readonly #fold: ReturnType<typeof folder>
  readonly #sessions: Readonly<Record<'train' | 'read' | 'gradient' | 'evaluate', LazySession>>

  constructor(
    private readonly spec: ProgramSpec,
    target: Target,
    provider: Provider,
  ) {
    // A net narrower than the block cannot be laid out in blocks of that size.
    const fits = convolutions(network(spec.architecture)).every((c) => c.outChannels % target.block === 0)
    const block = fits ? target.block : 1
    const fitted = { ...target, block }
    this.#batchUnit = target.device === 'gpu' ? IMAGES_PER_PRODUCT : block
    this.#order = parameterOrder(spec, block)
    this.#fold = folder(spec, block)
    const kept = provider === 'cpu' ? [] : OnnxTraining.KEPT
    this.#sessions = {
      train: lazily(() => trainingModel(spec, fitted), provider, kept),
      read: lazily(() => readingModel(spec), provider),
      gradient: lazily(() => imageGradientModel(spec, fitted), provider),
      evaluate: lazily(() => evaluationModel(spec, fitted), provider),
    }
  }

  train(from: SurrogateState): OnnxTraining {
    const { train, read } = this.#sessions
    return new OnnxTraining(from, this.#order, train, read, (step) => this.#fed(step))
  }

  async imageGradient(model: Model, batch: Batch): Promise<{ gradient: Float32Array; loss: number }> {
    const feeds = { images: this.#images(batch), weights: this.#folded(model), onehot: this.#onehot(batch) }
    const outputs = await this.#sessions.gradient.run(feeds, ['logits', 'gradient'])
    const { loss } = lossAndCorrect(valuesOf(outputs['logits']), batch.labels, this.spec.classes)
    return { gradient: valuesOf(outputs['gradient']), loss: loss * batch.labels.length }
  }

  async correct(model: Model, batches: Iterable<Batch>): Promise<number> {
    const weights = this.#folded(model)
    let correct = 0
    for (const batch of batches) {
      const outputs = await this.#sessions.evaluate.run({ images: this.#images(batch), weights }, ['logits'])
      correct += lossAndCorrect(valuesOf(outputs['logits']), batch.labels, this.spec.classes).correct
    }
    return correct
  }

  async dispose(): Promise<void> {
    await Promise.all(Object.values(this.#sessions).map((session) => session.release()))
  }

  /** What a training step is fed besides the state and the perturbation. */
  #fed({ batch, learningRate }: TrainStep): Record<string, ort.Tensor> {
    const count = batch.labels.length
    const unit = this.#batchUnit
    if (count % unit !== 0) throw new Error(`a training batch is a multiple of ${unit}, not ${count}`)
    return {
      images: this.#images(batch),
      onehot: this.#onehot(batch),
      inverse_batch: tensor(Float32Array.of(1 / count), []),
      learning_rate: tensor(Float32Array.of(learningRate), []),
    }
  }

  #folded(model: Model): ort.Tensor {
    const weights = this.#fold(model.parameters, model.statistics)
    return tensor(weights, [weights.length])
  }

  #images({ images }: Batch): ort.Tensor {
    const { resolution } = this.spec
    return tensor(images, [-1, 3, resolution, resolution])
  }

  #onehot({ labels }: Batch): ort.Tensor {
    return tensor(onehotOf(labels, this.spec.classes), [-1, this.spec.classes])
  }
}
