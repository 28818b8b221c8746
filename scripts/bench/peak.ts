/** Floating-point operations a second of a matrix product, 1024 × 1024, on one thread of the runtime; printed in billions. */
import ort from 'onnxruntime-node'
import { keyedRandom } from '../../src-main/core/random/random.js'
import { ModelBuilder } from '../../src-main/engines/onnx/model.js'
import { openSession } from '../../src-main/engines/onnx/session.js'
import { seconds } from './figures.js'

const SIDE = 1024
/** Long enough that processes which start together also run together. */
const TIMED = 40
const model = new ModelBuilder()
const product = model.op('MatMul', [model.input('a', [SIDE, SIDE]), model.input('b', [SIDE, SIDE])])
model.output('c', product, [SIDE, SIDE])
const session = await openSession(model.bytes(), 'cpu')
const random = keyedRandom('bench', 'matrix')
const matrix = () => new ort.Tensor('float32', random.fillGaussian(new Float32Array(SIDE * SIDE)), [SIDE, SIDE])
const feeds = { a: matrix(), b: matrix() }
const time = await seconds(() => session.run(feeds), TIMED)
await session.release()
console.log((2 * SIDE ** 3) / time / 1e9)
