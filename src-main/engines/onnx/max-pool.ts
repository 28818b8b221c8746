/** Max pooling and its gradient, without the indices that not every provider gives. */
import type { Rule } from './tape.js'

/**
 * Input: activation C×H×W with even sides; output: C×H/2×W/2, the maximum of each 2×2 pixels. Where values are equal,
 * the first in reading order passes the gradient, as in PyTorch.
 */
export const maxPool: Rule<null, null> = {
  forward: ({ model, block }, [x]) => {
    const [channels, height, width] = x!.shape as [number, number, number]
    if (height % 2 !== 0 || width % 2 !== 0) throw new Error(`${height}×${width} pixels cannot be pooled by two`)
    const attributes = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }
    const name = model.op('MaxPool', [x!.name], attributes, block > 1 ? 'com.microsoft.nchwc' : '')
    return { output: { name, shape: [channels, height / 2, width / 2] }, saved: null }
  },
  gradient: ({ model, block }, { inputs: [x] }, dy, _wanted, accumulated) => {
    const [channels, height, width] = x!.shape as [number, number, number]
    const op = (type: string, ...inputs: string[]) => model.op(type, inputs)
    const pairs = model.reshape(x!.name, -1, 2, width / 2, 2 * block)
    const corner = (row: number, column: number) =>
      op('Slice', pairs, model.ints(row, column * block), model.ints(row + 1, (column + 1) * block), model.ints(1, 3))
    // The share of the first where a ≥ b, and what is left for the second.
    const divide = (g: string, a: string, b: string): [string, string] => {
      const first = op('Where', op('GreaterOrEqual', a, b), g, model.floats([0]))
      return [first, op('Sub', g, first)]
    }
    const rows = [0, 1].map((row) => [corner(row, 0), corner(row, 1)] as const)
    const [upper, lower] = rows.map(([left, right]) => op('Max', left, right)) as [string, string]
    const shares = divide(model.reshape(dy, -1, 1, width / 2, block), upper, lower)
    const parts = rows.map(([left, right], i) => model.op('Concat', divide(shares[i]!, left, right), { axis: 3 }))
    const gradient = model.reshape(model.op('Concat', parts, { axis: 1 }), -1, channels, height, width)
    return [accumulated[0] === undefined ? gradient : op('Add', gradient, accumulated[0])]
  },
}
