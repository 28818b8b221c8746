/**
 * What every engine can do, in types only.
 *
 * Units, everywhere: images are N×3×S×S, channel-first, sRGB-encoded, 0–1. Parameters are one flat Float32Array in the
 * order of `parameterLayout` (core/surrogate), each tensor in PyTorch's own layout (convolution: out×in×k×k).
 */
import type { Architecture } from '../core/surrogate/architecture.js'

export type EngineName = 'onnx-cpu' | 'onnx-webgpu' | 'tfjs-cpu' | 'tfjs-cuda'

/** What a program is compiled for; the batch size is free. */
export interface ProgramSpec {
  readonly architecture: Architecture
  readonly classes: number
  readonly resolution: number
}

/** A surrogate between two training steps. All arrays are flat. */
export interface SurrogateState {
  readonly parameters: Float32Array
  /** Momentum buffer of SGD, same layout as `parameters`. */
  readonly velocity: Float32Array
  /** Running mean and variance of each normalisation layer, in the order of `statisticsLayout`. */
  readonly statistics: Float32Array
}

/** Images (flat N×3×S×S, 0–1) and their class indices. */
export interface Batch {
  readonly images: Float32Array
  readonly labels: Int32Array
}

export interface TrainStep {
  readonly batch: Batch
  readonly learningRate: number
  /** Weight perturbation added for the forward and backward pass only; absent: none. Same layout as `parameters`. */
  readonly perturbation?: Float32Array
}

/** A surrogate in training. Between steps its state stays with the engine, in the memory of its device. */
export interface Training {
  /** One step of SGD (momentum 0.9, weight decay 5e-4, gradient norm clipped to 5) on the mean cross-entropy. */
  step(step: TrainStep): Promise<{ loss: number; correct: number }>
  /** The state after the last step. */
  state(): Promise<SurrogateState>
  /** Frees what the device holds for it. */
  dispose(): void
}

export interface SurrogateProgram {
  /** Begins, or goes on, from a state; what was given is never written into. */
  train(from: SurrogateState): Training
  /** Gradient of the summed cross-entropy with respect to the images, normalisation frozen. */
  imageGradient(
    model: Pick<SurrogateState, 'parameters' | 'statistics'>,
    batch: Batch,
  ): Promise<{ gradient: Float32Array; loss: number }>
  /** How many images of all batches are classified right, normalisation frozen. The weights are prepared once. */
  correct(model: Pick<SurrogateState, 'parameters' | 'statistics'>, batches: Iterable<Batch>): Promise<number>
  dispose(): Promise<void>
}

export interface Engine {
  readonly name: EngineName
  /** What the user is told: "CPU (2 cores)", "NVIDIA GeForce RTX 4070". */
  readonly device: string
  /** Whether the device only imitates a graphics card; never chosen unless asked for. */
  readonly software: boolean
  load(spec: ProgramSpec): Promise<SurrogateProgram>
}
