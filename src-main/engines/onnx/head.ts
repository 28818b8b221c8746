/** The end of the net: global average pooling, the linear layer, and the gradient of the softmax cross-entropy. */
import type { Emitter, Rule } from './tape.js'

/** Input: activation C×H×W; output: C features, the mean over the pixels. */
export const averagePool: Rule<null, null> = {
  forward: ({ model, block }, [x]) => {
    const [channels, height, width] = x!.shape as [number, number, number]
    const pixels = height * width
    const sum = model.op('ReduceSum', [model.reshape(x!.name, -1, pixels, block), model.ints(1)], { keepdims: 0 })
    const mean = model.op('Mul', [model.reshape(sum, -1, channels), model.floats([1 / pixels])])
    return { output: { name: mean, shape: [channels] }, saved: null }
  },
  gradient: ({ model, block }, { inputs: [x] }, dy, _wanted, accumulated) => {
    const [channels, height, width] = x!.shape as [number, number, number]
    const pixels = height * width
    const share = model.reshape(model.op('Mul', [dy, model.floats([1 / pixels])]), -1, channels / block, 1, block)
    const ones = model.floats(new Array<number>(pixels).fill(1), [1, 1, pixels, 1])
    const spread = model.reshape(model.op('Mul', [share, ones]), -1, channels, height, width)
    return [accumulated[0] === undefined ? spread : model.op('Add', [spread, accumulated[0]])]
  },
}

/** Inputs: features N×C, weight K×C, bias K; output: logits N×K. */
export const linear: Rule<null, null> = {
  forward: ({ model }, [x, w, bias]) => ({
    output: { name: model.op('Gemm', [x!.name, w!.name, bias!.name], { transB: 1 }), shape: bias!.shape },
    saved: null,
  }),
  gradient: ({ model }, { inputs: [x, w] }, dy, wanted) => [
    wanted[0] ? model.op('MatMul', [dy, w!.name]) : undefined,
    wanted[1] ? model.op('Gemm', [dy, x!.name], { transA: 1 }) : undefined,
    wanted[2] ? model.op('ReduceSum', [dy, model.ints(0)], { keepdims: 0 }) : undefined,
  ],
}

/** Gradient of the summed cross-entropy with respect to the logits: softmax(logits) − onehot. */
export function crossEntropyGradient({ model }: Emitter, logits: string, onehot: string): string {
  return model.op('Sub', [model.op('Softmax', [logits], { axis: 1 }), onehot])
}
