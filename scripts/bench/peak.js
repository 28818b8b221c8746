/** Floating-point operations a second of a matrix product, 1024 × 1024, on one thread of the runtime; printed in billions. */
import ort from 'onnxruntime-node'
import { median } from './figures.js'
import { source } from './source.js'

const { keyedRandom } = await source('core/random/random.ts')
const { ModelBuilder } = await source('engines/onnx/model.ts')
const { openSession } = await source('engines/onnx/session.ts')

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
await session.run(feeds)
const times = []
for (let i = 0; i < TIMED; i++) {
  const start = performance.now()
  await session.run(feeds)
  times.push((performance.now() - start) / 1000)
}
await session.release()
console.log((2 * SIDE ** 3) / median(times) / 1e9)
