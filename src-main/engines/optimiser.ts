/** Constants of stochastic gradient descent, as in the design (§2): the same for every engine. */
export const MOMENTUM = 0.9
export const WEIGHT_DECAY = 5e-4
export const GRADIENT_NORM = 5
/** Share of the old value that the running statistics keep (PyTorch's momentum 0.1). */
export const STATISTICS_KEEP = 0.9
