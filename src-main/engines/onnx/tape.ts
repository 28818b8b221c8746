/** Records what a graph computes, and derives its gradient: reverse-mode differentiation over a table of rules. */
import type { ModelBuilder } from './model.js'

/** A tensor of the graph: its ONNX name and its extents without the batch. */
export interface Value {
  readonly name: string
  readonly shape: readonly number[]
}

/** What a rule writes with: the model and the width of a channel block. */
export interface Emitter {
  readonly model: ModelBuilder
  readonly block: number
  /** 1/N as a scalar tensor: the batch size is free, so a mean needs it from outside. */
  readonly inverseBatch: string
  /** What the graph is made for: the same values either way, by the operators that suit and exist there. */
  readonly device: 'cpu' | 'gpu'
}

export interface Step<A, S> {
  readonly inputs: readonly Value[]
  readonly output: Value
  readonly attributes: A
  /** Tensors that the forward pass keeps for the gradient. */
  readonly saved: S
}

/**
 * One differentiable operation. `gradient` returns, for each input that is wanted, the name of its gradient tensor;
 * `accumulated` holds what other consumers of that input have contributed, and the returned name must include it.
 */
export interface Rule<A, S> {
  forward(emit: Emitter, inputs: readonly Value[], attributes: A): { output: Value; saved: S }
  gradient(
    emit: Emitter,
    step: Step<A, S>,
    outputGradient: string,
    wanted: readonly boolean[],
    accumulated: readonly (string | undefined)[],
  ): (string | undefined)[]
}

export class Tape {
  readonly #steps: (() => void)[] = []
  readonly #gradients = new Map<string, string>()
  readonly #wanted = new Set<string>()

  constructor(readonly emit: Emitter) {}

  /** Marks a value whose gradient is needed; what depends on it is marked as it is recorded. */
  want(value: Value): Value {
    this.#wanted.add(value.name)
    return value
  }

  record<A, S>(rule: Rule<A, S>, inputs: readonly Value[], attributes: A): Value {
    const { output, saved } = rule.forward(this.emit, inputs, attributes)
    const wanted = inputs.map((input) => this.#wanted.has(input.name))
    if (wanted.includes(true)) {
      this.#wanted.add(output.name)
      this.#steps.push(() => {
        const outputGradient = this.#gradients.get(output.name)
        if (outputGradient === undefined) throw new Error(`${output.name} does not reach the loss`)
        const accumulated = inputs.map((input) => this.#gradients.get(input.name))
        const step = { inputs, output, attributes, saved }
        const gradients = rule.gradient(this.emit, step, outputGradient, wanted, accumulated)
        gradients.forEach((gradient, i) => {
          if (gradient !== undefined) this.#gradients.set(inputs[i]!.name, gradient)
        })
      })
    }
    return output
  }

  /** Writes the backward pass from the gradient of `value`; each step is visited after all of its consumers. */
  backward(value: Value, gradient: string): void {
    this.#gradients.set(value.name, gradient)
    for (const step of this.#steps.reverse()) step()
  }

  gradient(value: Value): string {
    const gradient = this.#gradients.get(value.name)
    if (gradient === undefined) throw new Error(`no gradient was derived for ${value.name}`)
    return gradient
  }
}
