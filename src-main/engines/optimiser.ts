/** Constants of stochastic gradient descent, the same for every engine; `Training.step` in engine.ts says what they are for. */
export const MOMENTUM = 0.9
export const WEIGHT_DECAY = 5e-4
export const GRADIENT_NORM = 5
/** Share of the old value that the running statistics keep (PyTorch's momentum 0.1). */
export const STATISTICS_KEEP = 0.9
