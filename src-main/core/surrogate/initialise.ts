/** The state from which a surrogate's training starts. */
import { keyedRandom } from '../random/random.js'
import { type Architecture, layoutSize, parameterLayout, statisticsLayout } from './architecture.js'

/**
 * Weights uniform on ±1/√fan-in (He et al. 2015 with a = √5, PyTorch's default), gains 1, normalisation biases 0,
 * running means 0 and variances 1, velocity 0. All arrays flat, in the order of `parameterLayout` and
 * `statisticsLayout`.
 */
export function initialState(
  architecture: Architecture,
  classes: number,
  seed: string,
): { parameters: Float32Array; velocity: Float32Array; statistics: Float32Array } {
  const layout = parameterLayout(architecture, classes)
  const parameters = new Float32Array(layoutSize(layout))
  let fanIn = 1
  for (const { name, shape, offset, size } of layout) {
    const values = parameters.subarray(offset, offset + size)
    if (name.endsWith('.gain')) values.fill(1)
    else if (name.endsWith('.weight') || name === 'head.bias') {
      if (shape.length > 1) fanIn = size / shape[0]!
      const random = keyedRandom(seed, 'initialise', name)
      for (let i = 0; i < size; i++) values[i] = (2 * random.uniform() - 1) / Math.sqrt(fanIn)
    }
  }
  const slots = statisticsLayout(architecture)
  const statistics = new Float32Array(layoutSize(slots))
  for (const { name, offset, size } of slots) if (name.endsWith('.variance')) statistics.fill(1, offset, offset + size)
  return { parameters, velocity: new Float32Array(parameters.length), statistics }
}
