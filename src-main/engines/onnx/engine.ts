/** The ONNX Runtime engine: sessions over the models of programs.ts, one set for each surrogate. */
import { cpus } from 'node:os'
import type ort from 'onnxruntime-node'
import { lossAndCorrect, onehotOf } from '../../core/surrogate/loss.js'
import type { Batch, Engine, ProgramSpec, SurrogateProgram, SurrogateState, TrainStep } from '../engine.js'
import { convolutionBlock } from './block.js'
import { folder, gather, parameterOrder, scatter } from './layout.js'
import { type Target, evaluationModel, imageGradientModel, trainingModel } from './programs.js'
import { lazily, tensor } from './session.js'

/** ONNX Runtime on the CPU. Single-threaded: the pool runs one process a core. */
export async function onnxCpu(): Promise<Engine> {
  const target = { block: await convolutionBlock(), fusedMatMul: true }
  const processor = cpus()[0]?.model.trim() ?? 'processor'
  return {
    name: 'onnx-cpu',
    device: `CPU (${processor})`,
    load: (spec) => Promise.resolve(new OnnxProgram(spec, target, ['cpu'])),
  }
}

export class OnnxProgram implements SurrogateProgram {
  readonly #block: number
  readonly #order: Int32Array
  readonly #fold: ReturnType<typeof folder>
  readonly #train
  readonly #gradient
  readonly #evaluate
  /** The packed form of the last returned state, so that consecutive steps do not lay it out again. */
  readonly #packed = new WeakMap<SurrogateState, { parameters: Float32Array; velocity: Float32Array }>()

  constructor(
    private readonly spec: ProgramSpec,
    target: Target,
    providers: readonly ort.InferenceSession.ExecutionProviderConfig[],
  ) {
    // A net narrower than the block cannot be laid out in blocks of that size.
    const block = spec.architecture.width % target.block === 0 ? target.block : 1
    const fitted = { ...target, block }
    this.#block = block
    this.#order = parameterOrder(spec, block)
    this.#fold = folder(spec, block)
    this.#train = lazily(() => trainingModel(spec, fitted), providers)
    this.#gradient = lazily(() => imageGradientModel(spec, fitted), providers)
    this.#evaluate = lazily(() => evaluationModel(spec, fitted), providers)
  }

  async train(step: TrainStep): Promise<{ state: SurrogateState; loss: number; correct: number }> {
    const { outputs, loss, correct } = await this.#step(step)
    const parameters = outputs['next_parameters']!
    const velocity = outputs['next_velocity']!
    const state = {
      parameters: scatter(parameters, this.#order),
      velocity: scatter(velocity, this.#order),
      statistics: outputs['next_statistics']!,
    }
    this.#packed.set(state, { parameters, velocity })
    return { state, loss, correct }
  }

  /** The gradient of the mean loss by every parameter, before clipping and decay; for tests. */
  async parameterGradient(step: TrainStep): Promise<Float32Array> {
    const { outputs } = await this.#step(step)
    return scatter(outputs['gradient']!, this.#order)
  }

  async imageGradient(
    model: Pick<SurrogateState, 'parameters' | 'statistics'>,
    batch: Batch,
  ): Promise<{ gradient: Float32Array; loss: number }> {
    const { classes } = this.spec
    const feeds = { ...this.#folded(model, batch), onehot: tensor(onehotOf(batch.labels, classes), [-1, classes]) }
    const outputs = await this.#gradient.run(feeds, ['logits', 'gradient'])
    const { loss } = lossAndCorrect(outputs['logits']!, batch.labels, classes)
    return { gradient: outputs['gradient']!, loss: loss * batch.labels.length }
  }

  async correct(model: Pick<SurrogateState, 'parameters' | 'statistics'>, batch: Batch): Promise<number> {
    const outputs = await this.#evaluate.run(this.#folded(model, batch), ['logits'])
    return lossAndCorrect(outputs['logits']!, batch.labels, this.spec.classes).correct
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#train.release(), this.#gradient.release(), this.#evaluate.release()])
  }

  async #step(step: TrainStep): Promise<{ outputs: Record<string, Float32Array>; loss: number; correct: number }> {
    const { batch, state } = step
    const { classes } = this.spec
    const count = batch.labels.length
    if (count % this.#block !== 0) throw new Error(`a training batch is a multiple of ${this.#block}, not ${count}`)
    const packed = this.#packed.get(state) ?? {
      parameters: gather(state.parameters, this.#order),
      velocity: gather(state.velocity, this.#order),
    }
    const size = this.#order.length
    const noise = step.perturbation ? gather(step.perturbation, this.#order) : new Float32Array(size)
    const feeds = {
      images: this.#images(batch),
      onehot: tensor(onehotOf(batch.labels, classes), [-1, classes]),
      inverse_batch: tensor(Float32Array.of(1 / count), []),
      learning_rate: tensor(Float32Array.of(step.learningRate), []),
      parameters: tensor(packed.parameters, [size]),
      velocity: tensor(packed.velocity, [size]),
      perturbation: tensor(noise, [size]),
      statistics: tensor(state.statistics, [state.statistics.length]),
    }
    const names = ['logits', 'gradient', 'next_parameters', 'next_velocity', 'next_statistics']
    const outputs = await this.#train.run(feeds, names)
    return { outputs, ...lossAndCorrect(outputs['logits']!, batch.labels, classes) }
  }

  #folded(model: Pick<SurrogateState, 'parameters' | 'statistics'>, batch: Batch): Record<string, ort.Tensor> {
    const weights = this.#fold(model.parameters, model.statistics)
    return { images: this.#images(batch), weights: tensor(weights, [weights.length]) }
  }

  #images({ images }: Batch): ort.Tensor {
    const { resolution } = this.spec
    return tensor(images, [-1, 3, resolution, resolution])
  }
}
