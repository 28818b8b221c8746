import type { ProgramSpec, SurrogateProgram, SurrogateState, Training, TrainStep } from '../../src-main/engines/engine.js';
export interface Summary {
    norm: number;
    product: number;
    at: number[];
    values: number[];
}
export interface FrozenStep {
    batch: number;
    classes: number;
    size: number;
    /** Of the images: the hash's argument. */
    salt: number;
    learningRate: number;
    loss: number;
    correct: number;
    gradients: Record<string, Summary>;
    nextParameters: Summary;
    nextVelocity: Summary;
    nextStatistics: Summary;
    frozen: {
        loss: number;
        correct: number;
        gradient: Summary;
    };
}
/** A net at a resolution, and what PyTorch computed for it. */
export interface ConformanceCase {
    readonly name: string;
    readonly frozen: FrozenStep;
    readonly spec: ProgramSpec;
}
/**
 * Each kind of net on few pixels, for engines however slow: the net proper, one stem and two in front of it (the latter
 * with odd sides), pooling, and pooling behind a stem.
 */
export declare const conformanceCases: readonly ConformanceCase[];
/** Of those, what an adapter in software has time for: the net proper, stems with odd sides, pooling behind a stem. */
export declare const adapterCases: readonly ConformanceCase[];
/** Nets and resolutions as jobs have them, or nearly; more pixels have near-ties in almost every batch of images. */
export declare const fullCases: readonly ConformanceCase[];
/** Uniform on [0, 1): the integer hash of test/fixtures/make_training_step.py. */
export declare function hashed(count: number, salt: number): Float64Array;
/** The state and the step that were frozen: everything by formula. */
export declare function frozenInput({ spec, frozen }: ConformanceCase): {
    state: SurrogateState;
    step: Required<TrainStep>;
};
/** Largest deviation of a tensor from its frozen summary, relative to the tensor's norm. */
export declare function deviation(actual: Float32Array, expected: Summary): number;
/** An engine's program whose training shows its gradient. */
export interface ConformingProgram extends SurrogateProgram {
    train(from: SurrogateState): Training & {
        gradient(step: TrainStep): Promise<Float32Array>;
    };
}
/** Largest relative difference from PyTorch of each thing that a program computes; of counts, the difference. */
export type Conformance = Record<(typeof MEASURES)[number], number>;
export declare const MEASURES: readonly ["loss", "correct", "gradient", "next parameters", "next velocity", "next statistics", "frozen loss", "frozen correct", "image gradient", "input changed"];
export declare function conformance(program: ConformingProgram, item: ConformanceCase): Promise<Conformance>;
