/** A surrogate in training on ONNX Runtime: its packed state goes from one step into the next as tensors. */
import type ort from 'onnxruntime-node'
import { lossAndCorrect } from '../../core/surrogate/loss.js'
import type { SurrogateState, Training, TrainStep } from '../engine.js'
import { gather, scatter } from './layout.js'
import { type LazySession, tensor, valuesOf } from './session.js'

type Tensors = Record<keyof SurrogateState, ort.Tensor>

export class OnnxTraining implements Training {
  /** Outputs of a step that stay on a device; all but the first are fed to the next step. */
  static readonly KEPT = ['gradient', 'next_parameters', 'next_velocity', 'next_statistics'] as const
  #state: Tensors

  /**
   * @param order packs parameters (layout.ts).
   * @param read copies tensors out of the memory of a device.
   * @param fed what a step is fed besides state and perturbation.
   */
  constructor(
    from: SurrogateState,
    private readonly order: Int32Array,
    private readonly session: LazySession,
    private readonly read: LazySession,
    private readonly fed: (step: TrainStep) => Record<string, ort.Tensor>,
  ) {
    this.#state = {
      parameters: this.#pack(from.parameters),
      velocity: this.#pack(from.velocity),
      statistics: tensor(from.statistics, [-1]),
    }
  }

  async step(step: TrainStep): Promise<{ loss: number; correct: number }> {
    const { logits: computed, gradient, next } = await this.#run(step)
    free(gradient, ...Object.values(this.#state))
    this.#state = next
    const { labels } = step.batch
    const logits = valuesOf(computed)
    return lossAndCorrect(logits, labels, logits.length / labels.length)
  }

  /** The gradient of the mean loss by every parameter, before clipping and decay; for tests. */
  async gradient(step: TrainStep): Promise<Float32Array> {
    const { gradient, next } = await this.#run(step)
    const { parameters } = await this.#inMainMemory({ ...next, parameters: gradient })
    free(gradient, ...Object.values(next))
    return scatter(valuesOf(parameters), this.order)
  }

  async state(): Promise<SurrogateState> {
    const { parameters, velocity, statistics } = await this.#inMainMemory(this.#state)
    return {
      parameters: scatter(valuesOf(parameters), this.order),
      velocity: scatter(valuesOf(velocity), this.order),
      statistics: valuesOf(statistics).slice(),
    }
  }

  dispose(): void {
    free(...Object.values(this.#state))
  }

  async #run(step: TrainStep): Promise<{ logits: ort.Tensor; gradient: ort.Tensor; next: Tensors }> {
    const noise = step.perturbation
    const perturbation = noise ? this.#pack(noise) : tensor(new Float32Array(this.order.length), [-1])
    // A session that keeps some outputs on the device refuses to leave any of them out.
    const names = ['logits', ...OnnxTraining.KEPT]
    const outputs = await this.session.run({ ...this.fed(step), ...this.#state, perturbation }, names)
    const [logits, gradient, parameters, velocity, statistics] = names.map((name) => outputs[name]!)
    return {
      logits: logits!,
      gradient: gradient!,
      next: { parameters: parameters!, velocity: velocity!, statistics: statistics! },
    }
  }

  async #inMainMemory(state: Tensors): Promise<Tensors> {
    if (state.parameters.location === 'cpu') return state
    const names = Object.keys(state) as (keyof SurrogateState)[]
    const outputs = await this.read.run(
      { ...state },
      names.map((name) => `read_${name}`),
    )
    return Object.fromEntries(names.map((name) => [name, outputs[`read_${name}`]!])) as Tensors
  }

  #pack(values: Float32Array): ort.Tensor {
    return tensor(gather(values, this.order), [-1])
  }
}

function free(...tensors: ort.Tensor[]): void {
  for (const value of tensors) if (value.location === 'gpu-buffer') value.dispose()
}
