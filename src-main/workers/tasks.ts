/**
 * The work that a worker process does: each task's input and output, as one type map.
 *
 * Tasks hold no state between calls: all that a task needs is in its input (or in the files it names), so a task whose
 * worker died is simply sent to another one, and the result never depends on which worker ran it, or when.
 */
import type { EngineName } from '../core/engine-names.js'
import type { ProgramSpec, SurrogateState } from '../engines/engine.js'
import type { ExportRequest, ExportReport, ThumbnailRequest, ThumbnailReport } from '../images/types.js'
import type { Examined, ExamineRequest } from '../images/examine.js'
import type { Header, HeadersRequest } from '../images/inspect.js'
import type { Labels } from '../images/labels.js'
import type { Crop, CropRequest, Image, ImageRequest } from '../images/view.js'
import type { Smoothing } from '../core/certify/scales.js'
import type { Carrier } from '../core/protect/carriers.js'
import type { Band } from '../core/protect/spectrum.js'
import type { Variation } from '../core/stress/rows.js'

/** A raw file of thumbnails: N×3×S×S bytes, channel-first, sRGB, 0–255. Item i starts at i·3·S·S. */
export interface ThumbnailFile {
  readonly path: string
  /** A raw file of how opaque their places are, N×S×S bytes, where noise is to be added to them. */
  readonly opacity?: string
  readonly resolution: number
}

/** A labelled selection of a thumbnail file: item indices, and each one's class. Same length. */
export interface Dataset {
  readonly thumbnails: ThumbnailFile
  readonly items: Int32Array
  readonly labels: Int32Array
}

/** Where the noise of the same pictures lies: raw files of N×S×S signed bytes, and of N×2×S×S bytes (core/protect). */
export interface NoiseFiles {
  readonly fields: string
  readonly budgets: string
  /** Pictures of classes from this one on have no noise. */
  readonly classes: number
}

/** Which engine a task runs on, and the surrogate it is compiled for. */
export interface Program {
  readonly engine: EngineName
  readonly spec: ProgramSpec
}

export type Model = Pick<SurrogateState, 'parameters' | 'statistics'>

export interface TrainTask {
  readonly program: Program
  readonly dataset: Dataset
  /** Noise to add to each picture; absent: none. */
  readonly noise?: NoiseFiles
  /** Of the pictures, not of the noise; 1: as they are. */
  readonly contrast: number
  readonly state: SurrogateState
  /** Key of every random choice of this training run; with the step's number it fixes batch, augmentation and noise. */
  readonly seed: string
  readonly firstStep: number
  readonly steps: number
  readonly batchSize: number
  readonly learningRate: { kind: 'constant'; value: number } | { kind: 'one-cycle'; peak: number; totalSteps: number }
  /** Whether some batches are also made grey or compressed (core/protect/distort.ts). */
  readonly distorted: boolean
  /** Weight perturbation of each step: none, N(0, σ²), or N(0, (σ·u)²) with u uniform on [0, 1). */
  readonly weightNoise: { kind: 'none' } | { kind: 'fixed' | 'uniform-scale'; sigma: number }
  /** What is done to each batch, after flips and shifts. */
  readonly variation?: Variation
}

export interface TrainResult {
  readonly state: SurrogateState
  /** Mean loss over the chunk's steps. */
  readonly loss: number
  /** Share of the chunk's (augmented, weight-perturbed) training images classified right, 0–1. */
  readonly accuracy: number
}

/** The fields that learning starts from, for some pictures of a collection. */
export interface CarriersTask {
  /** Of each class. */
  readonly carriers: readonly Carrier[]
  readonly resolution: number
  readonly seed: string
  /** Each picture's own key, and its class. */
  readonly images: readonly { readonly key: string; readonly label: number }[]
}

/** A part of a pass of sign descent: some batches of the whole collection. */
export interface NoisePassTask {
  readonly program: Program
  /** All pictures that get noise. */
  readonly dataset: Dataset
  readonly model: Model
  readonly noise: NoiseFiles
  readonly seed: string
  readonly round: number
  readonly batchSize: number
  /** Batches [firstBatch, firstBatch + batches) of the pass. */
  readonly firstBatch: number
  readonly batches: number
  /** How far a sign step moves each value of a field, whose range is −1 … 1. */
  readonly step: number
  /** σ of the weight noise, scaled by U(0,1) per batch; 0: none. */
  readonly sigma: number
  /** Frequencies that the fields keep. */
  readonly band: Band
  /** Whether some batches are also made grey or compressed. */
  readonly distorted: boolean
}

export interface DrawsTask {
  readonly program: Program
  readonly dataset: Dataset
  readonly model: Model
  readonly smoothing: Smoothing
  readonly seed: string
  /** Draw indices [first, first + count). */
  readonly first: number
  readonly count: number
}

/** A classifier that is trained from scratch without weight noise, and tried at every checkpoint. */
export interface AttackTask {
  readonly program: Program
  readonly dataset: Dataset
  /** The held-out originals, at the same resolution. */
  readonly test: Dataset
  readonly seed: string
  readonly steps: number
  readonly checkpointEvery: number
  readonly batchSize: number
  /** Largest learning rate of the one-cycle schedule. */
  readonly peakRate: number
  /** σ of the weight noise of every step; absent: none. */
  readonly weightNoise?: number
  readonly variation?: Variation
  /** Steps on clean pictures after the training; the checkpoints are then those after each quarter of them alone. */
  readonly refit?: Refit
}

/** A trained classifier is corrected with clean pictures. */
export interface Refit {
  /** Only the linear head moves; or all weights, within η = ρ·√d, each layer measured by its own root mean square. */
  readonly kind: 'head' | 'ball'
  readonly dataset: Dataset
  readonly steps: number
  readonly rate: number
  /** ρ of the ball. */
  readonly rho: number
}

export interface TaskMap {
  thumbnails: { input: ThumbnailRequest; output: ThumbnailReport }
  train: { input: TrainTask; output: TrainResult }
  /** Fields of S×S one after the other. */
  carriers: { input: CarriersTask; output: Int8Array }
  /** New fields, S×S each, of the items whose turn it was. */
  noisePass: { input: NoisePassTask; output: { items: Int32Array; fields: Int8Array } }
  draws: { input: DrawsTask; output: { first: number; correct: Int32Array } }
  /** How many of the dataset's images are classified right, without weight noise. */
  correct: { input: { program: Program; dataset: Dataset; model: Model }; output: number }
  /** For each checkpoint, how many pictures of `test` are classified right. */
  attack: { input: AttackTask; output: Int32Array }
  /** How fast an engine is: pictures a second of the default surrogate, in one process. */
  measure: {
    input: { engine: Program['engine'] }
    output: { name: string; software: boolean; train: number; gradient: number; evaluate: number }
  }
  exportImage: { input: ExportRequest; output: ExportReport }
  /** Headers of pictures. */
  headers: { input: HeadersRequest; output: readonly Header[] }
  /** Pictures opened for the list of a collection. */
  examine: { input: ExamineRequest; output: readonly Examined[] }
  /** How pictures of a thumbnail file look, one after the other (`lookOf`). */
  looks: { input: { thumbnails: ThumbnailFile; items: Int32Array }; output: Float32Array }
  /** Pictures grouped by look; `groups` null: as many as fit best. */
  groups: { input: { looks: Float32Array; groups: number | null; seed: string }; output: Labels }
  /** A picture to look at. */
  image: { input: ImageRequest; output: Image }
  /** A crop at 100 %, before and after. */
  crop: { input: CropRequest; output: Crop }
}

export type TaskName = keyof TaskMap
export type TaskInput<N extends TaskName> = TaskMap[N]['input']
export type TaskOutput<N extends TaskName> = TaskMap[N]['output']
